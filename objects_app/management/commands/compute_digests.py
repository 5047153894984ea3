"""`manage.py compute_digests`: the sweep that fills in SHA-256s, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Compute the SHA-256 of objects that were completed without one."
    job = "compute_digests"
