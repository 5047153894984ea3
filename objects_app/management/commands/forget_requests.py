"""`manage.py forget_requests`: the sweep of repeated requests' records, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Forget which requests were carried out longer ago than an age (IDEMPOTENCY_LIFETIME by default)."
    job = "forget_requests"
