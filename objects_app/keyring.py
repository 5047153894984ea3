"""The keys of an account as people look at them: what became of each, and when and from where it was last used."""

from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.db.models.functions import Coalesce

from objects_app import access, clock
from objects_app.access import Actor, Verb
from objects_app.models import ApiKey, KeyUse

DEAD_AT_MOST = 100


class Condition(TextChoices):
    LIVE = "live", "Live"
    REPLACED = "replaced", "Being replaced"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


WORKING = (Condition.LIVE, Condition.REPLACED)
CONDITION = Case(
    When(revoked_at__isnull=False, then=Value(Condition.REVOKED)),
    When(is_over=True, then=Value(Condition.EXPIRED)),
    When(replaced_by__isnull=False, then=Value(Condition.REPLACED)),
    default=Value(Condition.LIVE),
)


def own_keys(actor: Actor) -> QuerySet[Any, Any]:
    """A use that no sweep has written into its key yet is newer than the one that stands there."""
    access.require_in_account(actor, Verb.MANAGE_KEYS, actor.account_id)
    uses = KeyUse.objects.filter(key=OuterRef("pk")).order_by("-at")
    has_use = Q(newest_use_at__isnull=False)
    keys = ApiKey.objects.filter(account_id=actor.account_id).select_related("replaced_by")
    keys = keys.annotate(
        is_over=Case(When(expires_at__lte=clock.now(), then=Value(True)), default=Value(False)),
        newest_use_at=Subquery(uses.values("at")[:1]),
    )
    return keys.annotate(
        condition=CONDITION,
        used_at=Coalesce("newest_use_at", "last_used_at"),
        used_from=Case(When(has_use, then=Subquery(uses.values("address")[:1])), default="last_used_from"),
    )


def working_keys(actor: Actor) -> list[Any]:
    return list(own_keys(actor).filter(condition__in=WORKING))


def dead_keys(actor: Actor) -> list[Any]:
    """The newest of them."""
    return list(own_keys(actor).exclude(condition__in=WORKING)[:DEAD_AT_MOST])
