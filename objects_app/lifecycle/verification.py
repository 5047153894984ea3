"""Whether stored bytes are still what they were: the length of each, and its SHA-256 at a slow pace (promise P23)."""

import time
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q

from objects_app import access, clock
from objects_app.failpoints import fp
from objects_app.lifecycle.objects import found
from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept, moment_of
from objects_app.models import State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet
from objects_app.operations.verification import act_on, note_sound, wrong_digest, wrong_length

DIGESTS_AT_ONCE = 20
LONGEST_BATCH_SECONDS = 5
BURST_SECONDS = 10  # how far ahead of its pace the reading of digests may be
ACTOR = access.system_actor("verify")


def objects_with_bytes(*, before: Moment) -> StoredObjectQuerySet:
    """Finished objects, and uploads that something was uploaded for, since before `before`."""
    finished = Q(state=State.READ_ONLY, completed_at__lte=before)
    staged = Q(state=State.UPLOADING, last_activity_at__lte=before, staged_size__isnull=False)
    return StoredObject.objects.filter(finished | staged).order_by("pk")


def verify_lengths(*, before: Moment, limit: int = BATCH, after: str = "") -> Swept:
    """Compare the lengths of up to `limit` objects from behind the id `after`."""
    batch = list(objects_with_bytes(before=before).filter(pk__gt=after)[:limit])
    fp("verify.before_look")
    trouble = [line for each in batch if (line := verify_length(each))]
    more = len(batch) == limit
    return Swept(len(batch), 0, more=more, cursor=batch[-1].pk if more else "", trouble=tuple(trouble))


def due_digests(*, before: Moment) -> StoredObjectQuerySet:
    """Finished objects whose SHA-256 was last computed by `before`, the longest ago first."""
    rows = StoredObject.objects.filter(state=State.READ_ONLY, verified_at__lte=before)
    return rows.order_by("verified_at")


def verify_digests(*, before: Moment, limit: int = BATCH, after: str = "") -> Swept:
    """Read some objects whole.

    `after` is the time, in seconds since 1970, by which the pace allows what was read, and when the last object read
    had been verified before, so that those which cannot be read keep no others waiting.
    """
    now = moment_of(clock.now()).timestamp()
    paid, _, place = after.partition(" ")
    paid_until = max(float(paid or 0), now)
    if paid_until > now + BURST_SECONDS:
        return Swept(0, 0, more=False, cursor=after)
    limit = min(limit, DIGESTS_AT_ONCE)
    rows = due_digests(before=before)
    due = list((rows.filter(verified_at__gt=place) if place else rows)[:limit])
    done, trouble = _verify_for_a_while(due, allowed=now + BURST_SECONDS - paid_until)
    read = sum(each.size_bytes or 0 for each in done)
    if not done:
        return Swept(0, 0, more=False, cursor=paid)
    paid_until += read / settings.VERIFY_BYTES_PER_SECOND
    more = len(done) == limit or len(done) < len(due)
    place = f"{done[-1].verified_at}" if more else ""
    return Swept(len(done), read, more=more, cursor=f"{paid_until:.3f} {place}".strip(), trouble=tuple(trouble))


def _verify_for_a_while(due: list[StoredObject], *, allowed: float) -> tuple[list[StoredObject], list[str]]:
    """Objects until the pace, in seconds, or the time of a run is used up; the last one is read to its end."""
    done, trouble, paid = [], [], 0.0
    stop_at = time.monotonic() + LONGEST_BATCH_SECONDS
    for each in due:
        if paid > allowed or time.monotonic() > stop_at:
            break
        if line := verify_digest(each):
            trouble.append(line)
        done.append(each)
        paid += (each.size_bytes or 0) / settings.VERIFY_BYTES_PER_SECOND
    return done, trouble


def verify_length(stored_object: StoredObject) -> str:
    return act_on(wrong_length(stored_object), stored_object, actor=ACTOR)


def verify_digest(stored_object: StoredObject) -> str:
    reason = wrong_digest(stored_object)
    if not reason:
        note_sound(stored_object)
    return act_on(reason, stored_object, actor=ACTOR)


def find_lengths(before: Moment) -> Iterator[Found]:
    return found(objects_with_bytes(before=before))


def find_digests(before: Moment) -> Iterator[Found]:
    return found(due_digests(before=before))
