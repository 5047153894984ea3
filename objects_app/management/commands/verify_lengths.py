"""`manage.py verify_lengths`: the scheduled comparison of lengths, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Compare the length of every object's bytes with its record."
    job = "verify_lengths"
