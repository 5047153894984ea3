"""API keys: look and revoke. The secret is kept nowhere; the digest is shown nowhere."""

from datetime import timedelta
from typing import ClassVar

from django.contrib import admin
from django.db.models import Q

from objects_app import clock
from objects_app.admin import shown
from objects_app.admin.actions import ActingAdmin, BulkAction
from objects_app.admin.filters import AccountFilter, ChoiceFilter
from objects_app.models import ApiKey
from objects_app.models.keys import has_not_ended
from objects_app.operations import keys

STALE = timedelta(days=90)
SOON = timedelta(days=7)


class LifeFilter(ChoiceFilter):
    title = "life"
    parameter_name = "life"

    def answers(self) -> dict[str, tuple[str, Q]]:
        live = has_not_ended()
        long_ago = clock.ago(STALE)
        unused = Q(last_used_at__lte=long_ago) | Q(last_used_at__isnull=True, created_at__lte=long_ago)
        return {
            "live": ("Live", live),
            "stale": ("Live, but unused for 90 days", live & unused),
            "expiring": ("Expiring within 7 days", live & Q(expires_at__lte=clock.after(SOON))),
            "expired": ("Expired", Q(revoked_at__isnull=True, expires_at__lte=clock.now())),
            "revoked": ("Revoked", Q(revoked_at__isnull=False)),
        }


@admin.register(ApiKey)
class ApiKeyAdmin(ActingAdmin):
    list_display = ("name", "ending", "account", "scopes", "created", "used", "expires", "revoked")
    list_filter: ClassVar = [("account", AccountFilter), LifeFilter]
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = "The beginning of a name, the last four characters, or the exact id of a key or an account"
    found_ids: ClassVar = {"key": "pk", "acc": "account_id"}
    fieldsets = (
        (None, {"fields": ("id", "name", "ending", "account", "scopes", "events")}),
        ("Life", {"fields": ("created", "created_by", "expires", "replaced_by", "revoked", "revoked_by")}),
        ("Use", {"fields": ("used", "last_used_from")}),
    )
    actions = (
        BulkAction(
            "revoke", "Revoke", keys.revoke_key, done="revoked", warning="A revoked key is dead for good, at once."
        ),
    )
    created = shown.moment_of("created_at", "created")
    used = shown.moment_of("last_used_at", "last used")
    expires = shown.moment_of("expires_at", "expires")
    revoked = shown.moment_of("revoked_at", "revoked")

    def found_part(self, word: str) -> Q:
        return Q(name__istartswith=word) | Q(last_four=word)

    @admin.display(description="key")
    def ending(self, key: ApiKey) -> str:
        return f"hld_…{key.last_four}"

    @admin.display(description="scopes")
    def scopes(self, key: ApiKey) -> str:
        return ", ".join(sorted(key.scopes))
