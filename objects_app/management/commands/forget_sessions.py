"""`manage.py forget_sessions`: the sweep of ended sessions, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Forget sessions that ended longer ago than an age (0 by default)."
    job = "forget_sessions"
