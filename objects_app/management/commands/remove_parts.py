"""`manage.py remove_parts`: the sweep of what broken uploads left behind, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Remove what was written of uploads that broke off, after an age (TRANSFER_TOTAL_TIMEOUT by default)."
    job = "remove_parts"
