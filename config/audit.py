"""What the audit trail reads: how often it is sealed, where seals are anchored, how long events are kept."""

from config.environment import duration, optional_duration, writable_file

SEAL_AUDIT_EVERY = duration("SEAL_AUDIT_EVERY", default="30s")
AUDIT_ANCHOR_FILE = writable_file("AUDIT_ANCHOR_FILE")
AUDIT_RETENTION = optional_duration("AUDIT_RETENTION")
