"""Many blobs at once: most of the time of a small one is spent waiting for the disk to say that it is there."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from objects_app.backups.blobs import BlobDamaged, copy_blob, is_whole
from objects_app.backups.named import NamedBlob
from objects_app.progress import Progress
from objects_app.storage import BlobNotFound, Storage
from objects_app.storage.disk import DiskStorage

THREADS = 8
Trouble = BlobNotFound | BlobDamaged | None


@dataclass
class Copies:
    """What is in `target` already stays; `by_content` reads it again to be sure of it."""

    source: Storage
    target: DiskStorage
    progress: Progress
    by_content: bool = False
    _stopped: Event = field(default_factory=Event)

    def of(self, blobs: Iterable[NamedBlob]) -> Iterator[tuple[NamedBlob, Trouble]]:
        """Each blob in its turn, with the reason why it could not be copied; a few are under way ahead of it."""
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="copy")
        waiting: deque[tuple[NamedBlob, Future[Trouble]]] = deque()
        try:
            for blob in blobs:
                waiting.append((blob, pool.submit(self._copy, blob)))
                if len(waiting) > 2 * THREADS:
                    yield self._done(*waiting.popleft())
            while waiting:
                yield self._done(*waiting.popleft())
        finally:
            self._stopped.set()
            pool.shutdown(cancel_futures=True)

    def _done(self, blob: NamedBlob, copy: "Future[Trouble]") -> tuple[NamedBlob, Trouble]:
        trouble = copy.result()
        self.progress.add_blob()
        return blob, trouble

    def _copy(self, blob: NamedBlob) -> Trouble:
        try:
            if is_whole(blob, self.target, by_content=self.by_content):
                self._count(blob.size or 0)
            else:
                copy_blob(blob, self.source, self.target, count=self._count)
        except (BlobNotFound, BlobDamaged) as trouble:
            return trouble
        return None

    def _count(self, bytes_: int) -> None:
        if self._stopped.is_set():
            raise CancelledError
        self.progress.add_bytes(bytes_)
