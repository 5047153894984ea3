"""`manage.py verify_seals`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Compare the audit trail with its seals as the schedule does, and record the result; verify_audit says more."
    job = "verify_seals"
