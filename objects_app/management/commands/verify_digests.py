"""`manage.py verify_digests`: the scheduled computation of SHA-256, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Compute anew the SHA-256 of objects last verified before an age (VERIFY_DIGESTS_AFTER by default)."
    job = "verify_digests"
