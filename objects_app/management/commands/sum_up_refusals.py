"""`manage.py sum_up_refusals`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Put one audit event in the place of each count of refusals that is older than a minute, or the given age."
    job = "sum_up_refusals"
