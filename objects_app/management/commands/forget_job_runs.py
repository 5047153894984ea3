"""`manage.py forget_job_runs`: the sweep of old runs of jobs, by hand."""

from objects_app.management.sweeping import SweepCommand


class Command(SweepCommand):
    help = "Forget runs of jobs that began longer ago than an age (JOB_RUN_LIFETIME by default)."
    job = "forget_job_runs"
