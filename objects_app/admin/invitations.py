"""Invitations to accounts: look and revoke. Of their links only a digest is kept, and it is shown nowhere."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q

from objects_app import clock
from objects_app.admin import shown
from objects_app.admin.actions import ActingAdmin, BulkAction
from objects_app.admin.filters import AccountFilter, ChoiceFilter
from objects_app.models import Invitation
from objects_app.operations import members


class AnswerFilter(ChoiceFilter):
    title = "answer"
    parameter_name = "answer"

    def answers(self) -> dict[str, tuple[str, Q]]:
        unanswered = Q(accepted_at__isnull=True, revoked_at__isnull=True)
        return {
            "open": ("Open", unanswered & Q(expires_at__gt=clock.now())),
            "over": ("Ran out", unanswered & Q(expires_at__lte=clock.now())),
            "accepted": ("Accepted", Q(accepted_at__isnull=False)),
            "revoked": ("Revoked", Q(revoked_at__isnull=False)),
        }


@admin.register(Invitation)
class InvitationAdmin(ActingAdmin):
    list_display = ("email", "account", "role", "invited_by", "created", "expires", "accepted", "revoked")
    list_filter: ClassVar = [("account", AccountFilter), AnswerFilter]
    list_select_related = ("account",)
    search_fields = ("email",)
    search_help_text = "The beginning of an address, or the exact id of an invitation or an account"
    found_ids: ClassVar = {"inv": "pk", "acc": "account_id"}
    fieldsets = (
        (None, {"fields": ("id", "email", "account", "role", "invited_by", "events")}),
        ("Life", {"fields": ("created", "expires", "accepted", "revoked")}),
    )
    actions = (
        BulkAction("revoke", "Revoke", members.revoke_invitation, done="revoked", warning="Its link is dead at once."),
    )
    created = shown.moment_of("created_at", "created")
    expires = shown.moment_of("expires_at", "expires")
    accepted = shown.moment_of("accepted_at", "accepted")
    revoked = shown.moment_of("revoked_at", "revoked")

    def found_part(self, word: str) -> Q:
        return Q(email__startswith=word.lower())
