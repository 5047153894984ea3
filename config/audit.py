"""What the audit trail reads: how often it is sealed and where that is anchored, how long it is kept, what is odd."""

from config.environment import duration, optional_duration, whole_number, writable_file

SEAL_AUDIT_EVERY = duration("SEAL_AUDIT_EVERY", default="30s")
VERIFY_SEALS_EVERY = duration("VERIFY_SEALS_EVERY", default="1d")
AUDIT_ANCHOR_FILE = writable_file("AUDIT_ANCHOR_FILE")
AUDIT_RETENTION = optional_duration("AUDIT_RETENTION")
EXPORT_LIFETIME = duration("EXPORT_LIFETIME", default="7d")
REFUSALS_RECORDED = whole_number("REFUSALS_RECORDED", default=20)
FIND_ANOMALIES_EVERY = duration("FIND_ANOMALIES_EVERY", default="5m")
ANOMALY_NOT_FOUND = whole_number("ANOMALY_NOT_FOUND", default=50)
ANOMALY_DOWNLOADS = whole_number("ANOMALY_DOWNLOADS", default=100)
ANOMALY_UNUSED_AFTER = duration("ANOMALY_UNUSED_AFTER", default="90d")
