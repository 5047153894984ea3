"""The counts of objects: rows of changes put together, and what triggers counted compared with what there is."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from objects_app.lifecycle.sweeps import BATCH, Found, Moment, Swept
from objects_app.models import Account, ObjectCount

OF = ("account_id", "state", "is_public")
PUT_TOGETHER_AT_ONCE = 5_000
WRONG = """
    SELECT account_id, state, is_public, SUM(amount) FROM (
        SELECT account_id, state, is_public, COUNT(*) AS amount FROM objects_app_storedobject
        WHERE account_id = %s GROUP BY account_id, state, is_public
        UNION ALL
        SELECT account_id, state, is_public, -amount FROM objects_app_objectcount WHERE account_id = %s
    ) AS difference GROUP BY account_id, state, is_public HAVING SUM(amount) <> 0
"""
SET_RIGHT = f"INSERT INTO objects_app_objectcount (account_id, state, is_public, amount) {WRONG}"


def scattered() -> QuerySet[Any, Any]:
    """What is counted in several rows, or in one that says none."""
    groups: QuerySet[Any, Any] = ObjectCount.objects.values(*OF)
    counted: QuerySet[Any, Any] = groups.annotate(rows=Count("pk"), total=Sum("amount"))
    return counted.filter(Q(rows__gt=1) | Q(total=0)).order_by(*OF)


def fold_counts(*, before: Moment, limit: int = PUT_TOGETHER_AT_ONCE) -> Swept:  # noqa: ARG001  none is too young
    """Put the rows of one account, state and visibility together, and those of the next, `limit` rows in all."""
    done = 0
    for group in list(scattered()[:BATCH]):
        if done >= limit:
            break
        done += _fold({name: group[name] for name in OF}, limit=limit - done)
    return Swept(done, 0, more=done >= limit)


def _fold(group: dict[str, object], *, limit: int) -> int:
    """Rows that another run holds are left to it; those that come meanwhile stay as they are."""
    with transaction.atomic():
        rows = ObjectCount.objects.filter(**group).select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[: max(limit, 2)])
        folded = ObjectCount.objects.filter(pk__in=ids)
        amount = folded.aggregate(amount=Sum("amount"))["amount"]
        folded.delete()
        if amount:
            ObjectCount.objects.create(**group, amount=amount)
    return len(ids)


def find_scattered(before: Moment) -> Iterator[Found]:  # noqa: ARG001
    for group in scattered().iterator(chunk_size=BATCH):
        yield Found(str(group["account_id"]), 0, f"{group['rows']} rows of {group['state']}")


def recount_objects(*, before: Moment, limit: int = BATCH, after: str = "") -> Swept:  # noqa: ARG001
    """Compare the counts of a batch of accounts with their objects, in one statement for each, and set them right.

    What was wrong is trouble: it should never be, and somebody changed the database past its triggers.
    """
    accounts = list(Account.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
    trouble = [line for account_id in accounts for line in _recount(account_id)]
    more = len(accounts) == limit
    return Swept(len(trouble), 0, more=more, cursor=accounts[-1] if more else "", trouble=tuple(trouble))


def _recount(account_id: str) -> list[str]:
    """Looked at first without a lock, which the comparison of a large account would hold for long."""
    if not _wrong(account_id):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        wrong = _wrong(account_id)
        cursor.execute(SET_RIGHT, [account_id, account_id])
    return [f"{each.name}: {each.id} were not counted rightly" for each in wrong]


def _wrong(account_id: str) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(WRONG, [account_id, account_id])
        return [
            Found(f"{amount:+} {state}{' public' if is_public else ''}", 0, account)
            for account, state, is_public, amount in cursor.fetchall()
        ]


def find_wrong(before: Moment) -> Iterator[Found]:  # noqa: ARG001
    for account_id in Account.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        yield from _wrong(account_id)
