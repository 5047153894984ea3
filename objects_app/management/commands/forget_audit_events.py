"""`manage.py forget_audit_events`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Remove old audit events in whole seals and leave a tombstone; without an age, AUDIT_RETENTION counts."
    job = "forget_audit_events"
