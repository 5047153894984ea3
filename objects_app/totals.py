"""How many objects a list has in all, from the counts that triggers keep: exact, and as fast for a million as for ten.

Objects past their time to live that no sweep has buried yet are counted in their old state and corrected here.
"""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from objects_app import clock, compiled
from objects_app.models import Account, ObjectCount, State, StoredObject
from objects_app.models.objects import StoredObjectQuerySet, is_public_until_due

Totals = QuerySet[Any, Any]
LIVING = Q(state=State.UPLOADING) | Q(state=State.READ_ONLY) | Q(state=State.ERROR)


def of_account(account_id: str, *, state: str = "", is_public: bool | None = None) -> int:
    """The account's objects in this current state, in any but DELETED where none is given."""
    return _only_number(compiled.rows(_of_account, state, is_public, account_id=account_id))


def finished() -> int:
    """The finished objects of all accounts, suspended ones included."""
    counted = ObjectCount.objects.filter(state=State.READ_ONLY).aggregate(amount=Sum("amount"))["amount"] or 0
    return int(counted) - _due().filter(state=State.READ_ONLY).count()


def of_everybody() -> int:
    """The public objects of all accounts that are not suspended."""
    return _only_number(compiled.rows(_of_everybody))


def _of_account(state: str, is_public: bool | None, *, account_id: str) -> Totals:
    of_this = Q(account=OuterRef("pk"))
    visibility = Q() if is_public is None else Q(is_public=is_public)
    written = Q(state=state) if state else LIVING
    counted = _sum(ObjectCount.objects.filter(of_this, written, visibility))
    due = _due().filter(of_this, visibility)
    hidden = -_number(due) if state == State.DELETED else _number(due.filter(written))
    return Account.objects.order_by().filter(pk=account_id).annotate(total=counted - hidden).values_list("total")


def _of_everybody() -> Totals:
    counts = ObjectCount.objects.filter(is_public_until_due()).order_by().values("is_public")
    due = _number(_due().filter(is_public_until_due()))
    return counts.annotate(total=Sum("amount") - due).values_list("total")


def _due() -> StoredObjectQuerySet:
    """What time has hidden and no sweep has buried."""
    return StoredObject.objects.exclude(state=State.DELETED).filter(delete_after__lte=clock.now())


def _sum(counts: QuerySet[ObjectCount]) -> Coalesce:
    amount = counts.order_by().values("account").annotate(amount_in_all=Sum("amount")).values("amount_in_all")
    return Coalesce(Subquery(amount), 0)


def _number(rows: StoredObjectQuerySet) -> Coalesce:
    """Grouped by what is true of all, so that there is one row, or none."""
    number = rows.order_by().annotate(all_of_them=Value(1)).values("all_of_them").annotate(number=Count("pk"))
    return Coalesce(Subquery(number.values("number")), 0)


def _only_number(rows: list[Any]) -> int:
    return int(rows[0].total) if rows else 0
