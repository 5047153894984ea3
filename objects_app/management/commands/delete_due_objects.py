"""`manage.py delete_due_objects`: the sweep of objects past their time to live, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Write the tombstones of objects whose time to live has ended, and free their bytes."
    job = "delete_due_objects"
