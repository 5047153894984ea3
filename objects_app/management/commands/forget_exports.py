"""`manage.py forget_exports`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Forget exports of audit events older than EXPORT_LIFETIME or the given age; their objects end as well."
    job = "forget_exports"
