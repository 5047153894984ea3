"""`manage.py end_promotions`: the sweep of copies that were given up, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Delete copies in the bucket that no completion will use."
    job = "end_promotions"
