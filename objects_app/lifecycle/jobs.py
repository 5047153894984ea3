"""Every sweep by its name, with the age that the settings give it."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from objects_app.durations import LONGEST
from objects_app.lifecycle import (
    anomalies,
    counts,
    exports,
    floods,
    leftovers,
    objects,
    promotions,
    records,
    sealing,
    verification,
    verified_seals,
)
from objects_app.lifecycle.sweeps import Moment, Sweep, Swept


def _all_at_once(batch: Callable[..., Swept]) -> Callable[[Moment, int, str], Swept]:
    """A batch that needs no cursor: what it has handled, it does not find again."""
    return lambda before, limit, _cursor: batch(before=before, limit=limit)


def _walking(batch: Callable[..., Swept]) -> Callable[[Moment, int, str], Swept]:
    """A batch that goes on where the last one ended."""
    return lambda before, limit, cursor: batch(before=before, limit=limit, after=cursor)


SWEEPS = [
    Sweep(
        "expire_stale_uploads",
        "Expire uploads without activity",
        lambda: settings.UPLOAD_LIFETIME,
        lambda before: objects.found(objects.stale_uploads(before=before)),
        _all_at_once(objects.expire_stale_uploads),
        batch_size=objects.BURIED_AT_ONCE,
    ),
    Sweep(
        "delete_due_objects",
        "Write the tombstones of objects whose time to live has ended",
        lambda: timedelta(0),
        lambda before: objects.found(objects.due_objects(before=before)),
        _all_at_once(objects.delete_due_objects),
        batch_size=objects.BURIED_AT_ONCE,
    ),
    Sweep(
        "purge_bytes",
        "Free the bytes of deleted and failed objects that could not be freed at once",
        lambda: timedelta(0),
        lambda before: objects.found(leftovers.bytes_to_purge(before=before)),
        _all_at_once(leftovers.purge_bytes),
        batch_size=leftovers.PURGED_AT_ONCE,
    ),
    Sweep(
        "end_promotions",
        "Delete copies in the bucket that no completion will use",
        lambda: timedelta(0),
        promotions.find_promotions,
        _all_at_once(promotions.end_promotions),
    ),
    Sweep(
        "compute_digests",
        "Compute the SHA-256 of objects that were completed without one",
        lambda: timedelta(0),
        promotions.find_digests,
        _all_at_once(promotions.compute_digests),
    ),
    Sweep(
        "remove_orphans",
        "Remove blobs that no object names",
        lambda: 2 * settings.UPLOAD_LIFETIME,
        leftovers.find_orphans,
        _walking(leftovers.remove_orphans),
    ),
    Sweep(
        "remove_parts",
        "Remove what was written of uploads that broke off",
        lambda: settings.TRANSFER_TOTAL_TIMEOUT,
        leftovers.find_parts,
        _all_at_once(leftovers.remove_parts),
    ),
    Sweep(
        "verify_lengths",
        "Compare the length of every object's bytes with its record",
        lambda: timedelta(0),
        verification.find_lengths,
        _walking(verification.verify_lengths),
    ),
    Sweep(
        "verify_digests",
        "Compute the SHA-256 of objects anew and compare it with their record",
        lambda: settings.VERIFY_DIGESTS_AFTER,
        verification.find_digests,
        _walking(verification.verify_digests),
    ),
    Sweep(
        "forget_requests",
        "Forget which requests were carried out",
        lambda: settings.IDEMPOTENCY_LIFETIME,
        records.find_requests,
        _all_at_once(records.forget_requests),
    ),
    Sweep(
        "roll_up_key_uses",
        "Write the newest use of each API key into the key",
        lambda: timedelta(0),
        records.find_key_uses,
        _all_at_once(records.roll_up_key_uses),
    ),
    Sweep(
        "fold_counts",
        "Put together the counts of objects that many changes left in many rows",
        lambda: timedelta(0),
        counts.find_scattered,
        _all_at_once(counts.fold_counts),
        batch_size=counts.PUT_TOGETHER_AT_ONCE,
    ),
    Sweep(
        "recount_objects",
        "Compare the counts of objects with the objects",
        lambda: timedelta(0),
        counts.find_wrong,
        _walking(counts.recount_objects),
    ),
    Sweep(
        "forget_sessions",
        "Forget sessions that have ended",
        lambda: timedelta(0),
        records.find_sessions,
        _all_at_once(records.forget_sessions),
    ),
    Sweep(
        "forget_job_runs",
        "Forget runs of jobs",
        lambda: settings.JOB_RUN_LIFETIME,
        records.find_runs,
        _all_at_once(records.forget_runs),
    ),
    Sweep(
        "seal_audit",
        "Seal audit events into the hash chain",
        lambda: timedelta(0),
        sealing.find_unsealed,
        lambda _before, limit, cursor: sealing.seal_audit(limit=limit, cursor=cursor),
        batch_size=sealing.SEALED_AT_ONCE,
    ),
    Sweep(
        "verify_seals",
        "Compare the audit trail with its seals and the anchor",
        lambda: timedelta(0),
        verified_seals.find_faults,
        _walking(verified_seals.verify_seals),
        batch_size=verified_seals.SEALS_AT_ONCE,
    ),
    Sweep(
        "forget_audit_events",
        "Remove sealed audit events that AUDIT_RETENTION keeps no longer",
        lambda: LONGEST if settings.AUDIT_RETENTION is None else settings.AUDIT_RETENTION,
        sealing.find_forgettable,
        _all_at_once(sealing.forget_audit_events),
        batch_size=sealing.FORGOTTEN_AT_ONCE,
    ),
    Sweep(
        "sum_up_refusals",
        "Tell floods of refusals in one event each",
        lambda: timedelta(minutes=1),
        floods.find_floods,
        _all_at_once(floods.sum_up_refusals),
    ),
    Sweep(
        "find_anomalies",
        "Look for what is unusual in sealed audit events, and for keys that nobody uses",
        lambda: settings.ANOMALY_UNUSED_AFTER,
        anomalies.find_anomalies,
        _walking(anomalies.record_anomalies),
    ),
    Sweep(
        "export_events",
        "Write the exports of audit events that staff have asked for",
        lambda: timedelta(0),
        exports.find_exports,
        _all_at_once(exports.export_events),
    ),
    Sweep(
        "forget_exports",
        "Forget exports of audit events",
        lambda: settings.EXPORT_LIFETIME,
        exports.find_old_exports,
        _all_at_once(exports.forget_exports),
    ),
]
JOBS = {sweep.name: sweep for sweep in SWEEPS}
