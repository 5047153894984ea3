"""`manage.py expire_uploads`: the sweep of stale uploads by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Expire uploads without activity for longer than an age (UPLOAD_LIFETIME by default)."
    job = "expire_stale_uploads"
