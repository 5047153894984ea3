"""Taking the account's activity away is activity too."""

from django.db import transaction

from objects_app import access, audit
from objects_app.access import Actor, Verb
from objects_app.audit import AuditAction


def record_export(*, actor: Actor, layout: str, filters: dict[str, str]) -> None:
    access.require_in_account(actor, Verb.SEE_ACTIVITY, actor.account_id)
    with transaction.atomic():
        audit.record(AuditAction.ACTIVITY_EXPORTED, actor=actor, format=layout, filters=filters)
