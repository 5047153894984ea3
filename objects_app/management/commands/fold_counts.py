"""`manage.py fold_counts`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Put together the counts of objects."
    job = "fold_counts"
