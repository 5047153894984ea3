"""`manage.py remove_orphans`: the sweep of blobs that no object names, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Remove blobs that no object names and that are older than an age (twice UPLOAD_LIFETIME by default)."
    job = "remove_orphans"
