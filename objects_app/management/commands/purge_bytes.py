"""`manage.py purge_bytes`: the sweep of bytes that a deletion could not free at once, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Free the bytes of deleted and failed objects that could not be freed at once."
    job = "purge_bytes"
