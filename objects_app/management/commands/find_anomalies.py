"""`manage.py find_anomalies`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Record what is unusual in sealed audit events, from the first one on, and keys unused for the given age."
    job = "find_anomalies"
