"""`manage.py export_events`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Write the exports of audit events that staff have asked for."
    job = "export_events"
