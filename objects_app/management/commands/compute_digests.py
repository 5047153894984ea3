"""`manage.py compute_digests`: the sweep that fills in SHA-256s, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Compute the SHA-256 of objects in the bucket that were too large for it at completion."
    job = "compute_digests"
