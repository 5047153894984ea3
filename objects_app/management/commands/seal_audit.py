"""`manage.py seal_audit`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Seal audit events into the hash chain: all that are surely complete, however young."
    job = "seal_audit"
