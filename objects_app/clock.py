"""The one clock: the database's, so that every process judges states, limits and URLs by the same time.

Code asks here for the time and nowhere else; tests replace `now`.
"""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.expressions import Combinable
from django.db.models.functions import Now


def now() -> Combinable:
    """The time of the statement that holds this expression (milliseconds on SQLite, microseconds on PostgreSQL)."""
    return Now()


_databases = now


def is_replaced() -> bool:
    """Whether this is the clock of a test, whose time SQL holds as a constant."""
    return now is not _databases


def after(duration: timedelta) -> Combinable:
    return ExpressionWrapper(now() + duration, output_field=DateTimeField())


def ago(duration: timedelta) -> Combinable:
    return ExpressionWrapper(now() - duration, output_field=DateTimeField())
