"""`manage.py recount_objects`: the sweep by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Compare the counts of objects with the objects, and set right what is wrong."
    job = "recount_objects"
