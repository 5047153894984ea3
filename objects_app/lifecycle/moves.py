"""Moving all completed objects to the storage that the settings name for new ones, while everything serves.

What was moved is told by the rows alone, so a run may end anywhere, and the next one goes on.
"""

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from threading import Event

from django.db.models import Count, Sum

from objects_app import access
from objects_app.errors import ObjectsError, StorageFull, StorageUnavailable
from objects_app.lifecycle.objects import walk
from objects_app.models import State, StoredObject
from objects_app.models.objects import is_in_bucket
from objects_app.operations import damage, moves
from objects_app.operations.moves import ContentDamaged, Move
from objects_app.operations.verification import is_as_it_was
from objects_app.progress import Progress, Totals
from objects_app.storage import Storage

logger = logging.getLogger(__name__)
FAILURES_IN_A_ROW = 20  # then the storage fails, and not a blob in it
ACTOR = access.operator_actor("migrate_storage")
Complain = Callable[[StoredObject, str], None]


@dataclass(frozen=True)
class Remaining:
    """What is in the storage that is left: a later run can move what is `waiting` and the `uploads`; `kept` goes."""

    movable: Totals
    waiting: int
    uploads: int
    kept: int


def remaining_in(*, bucket: bool, limit: int | None = None) -> Remaining:
    rows = moves.completed_in(bucket=bucket)
    movable = rows.filter(moves.can_move())
    amount = movable[:limit].aggregate(count=Count("pk"), size=Sum("size_bytes"))
    of_bucket = is_in_bucket("staging_key")
    moved = StoredObject.objects.filter(state__in=(State.READ_ONLY, State.ERROR), completed_at__isnull=False)
    return Remaining(
        Totals(amount["count"], int(amount["size"] or 0)),
        waiting=rows.exclude(moves.can_move()).count(),
        uploads=moves.uploads_in(bucket=bucket).count(),
        kept=moved.filter(of_bucket if bucket else ~of_bucket).exclude(staging_key="").count(),
    )


@dataclass
class Mover:
    """Blobs are copied by `parallel` threads; rows are changed by the one that calls `move`.

    Once `stopping` is set, no further object is begun; once `aborting` is, those that were begun are left too.
    """

    target: Storage
    progress: Progress
    complain: Complain
    parallel: int
    stopping: Event = field(default_factory=Event)
    aborting: Event = field(default_factory=Event)
    moved: int = 0
    bytes: int = 0
    damaged: int = 0
    failed: int = 0
    failure: ObjectsError | None = None  # that of a storage, for which the run ended early
    _failed_in_a_row: int = 0
    _running: dict[Future[None], Move] = field(default_factory=dict)

    def move(self, *, limit: int | None) -> None:
        rows = moves.completed_in(bucket=not self.target.is_bucket).filter(moves.can_move())
        pool = ThreadPoolExecutor(self.parallel, thread_name_prefix="move")
        try:
            for stored_object in islice(walk(rows), limit):
                if self.stopping.is_set():
                    break
                self._begin(stored_object, pool)
                self._finish_until(at_most=2 * self.parallel - 1)
            self._finish_until(at_most=0)
        finally:
            self.aborting.set()
            pool.shutdown(cancel_futures=True)
            for move in self._running.values():
                move.writer.discard()
        logger.info(
            "migrate_storage: %d objects with %d bytes moved in %.1f s, %d found damaged, %d failed",
            self.moved,
            self.bytes,
            self.progress.seconds,
            self.damaged,
            self.failed,
        )

    def _begin(self, stored_object: StoredObject, pool: ThreadPoolExecutor) -> None:
        try:
            move = moves.begin_move(stored_object, self.target)
        except (StorageUnavailable, StorageFull) as error:
            self._note_failure(stored_object, error)
        else:
            self._running[pool.submit(self._copy, move)] = move

    def _copy(self, move: Move) -> None:
        if self.stopping.is_set():
            raise CancelledError
        moves.copy_content(move, count=self._count)

    def _count(self, size: int) -> None:
        if self.aborting.is_set():
            raise CancelledError
        self.progress.add_bytes(size)

    def _finish_until(self, *, at_most: int) -> None:
        while len(self._running) > at_most:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                self._finish(self._running[future], future)
                del self._running[future]

    def _finish(self, move: Move, copy: "Future[None]") -> None:
        try:
            copy.result()
        except CancelledError:
            moves.give_up(move)
        except (StorageUnavailable, StorageFull) as error:
            moves.give_up(move)
            self._note_failure(move.stored_object, error)
        except ContentDamaged as trouble:
            moves.give_up(move)
            self._note_damage(move.stored_object, str(trouble))
        else:
            self._switch(move)

    def _switch(self, move: Move) -> None:
        if moves.finish_move(move):
            self.moved += 1
            self.bytes += move.stored_object.size_bytes or 0
            self._failed_in_a_row = 0
            self.progress.add_blob()

    def _note_failure(self, stored_object: StoredObject, error: ObjectsError) -> None:
        """One blob that cannot be read keeps no other waiting; a storage that is full or away ends the run."""
        self.failed += 1
        self.complain(stored_object, error.message)
        self._failed_in_a_row += 1
        if isinstance(error, StorageFull) or self._failed_in_a_row >= FAILURES_IN_A_ROW:
            self.failure = error
            self.stopping.set()

    def _note_damage(self, stored_object: StoredObject, reason: str) -> None:
        """Nothing is said of an object that was deleted meanwhile; of one whose damage was known, that it stays."""
        if damage.report_damage(stored_object, reason, actor=ACTOR):
            self.damaged += 1
        elif is_as_it_was(stored_object):
            self.failed += 1
        else:
            return
        self.complain(stored_object, reason)
