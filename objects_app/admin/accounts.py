"""Accounts: look, suspend, resume."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html_join

from objects_app.admin import shown
from objects_app.admin.actions import ActingAdmin, BulkAction
from objects_app.admin.filters import ChoiceFilter
from objects_app.models import Account
from objects_app.operations import accounts
from objects_app.operations.accounts import Usage


class StandingFilter(ChoiceFilter):
    title = "standing"
    parameter_name = "standing"

    def answers(self) -> dict[str, tuple[str, Q]]:
        return {
            "good": ("In good standing", Q(suspended_at__isnull=True)),
            "suspended": ("Suspended", Q(suspended_at__isnull=False)),
        }


@admin.register(Account)
class AccountAdmin(ActingAdmin):
    list_display = ("name", "id", "created", "suspended")
    list_filter: ClassVar = [StandingFilter]
    search_fields = ("name",)
    search_help_text = "The beginning of a name, or an exact id"
    found_ids: ClassVar = {"acc": "pk"}
    fieldsets = (
        (None, {"fields": ("id", "name", "created", "suspended")}),
        ("What it keeps", {"fields": ("usage", "default_is_public", "default_lifetime")}),
        ("More", {"fields": ("belongings", "events")}),
    )
    actions = (
        BulkAction(
            "suspend",
            "Suspend",
            accounts.suspend_account,
            done="suspended",
            warning="Keys and URLs of the account are dead at the next request, and its public objects are hidden.",
        ),
        BulkAction("resume", "Resume", accounts.resume_account, done="resumed"),
    )
    created = shown.moment_of("created_at", "created")
    suspended = shown.moment_of("suspended_at", "suspended since")

    def found_part(self, word: str) -> Q:
        return Q(name__istartswith=word)

    @admin.display(description="usage")
    def usage(self, account: Account) -> str:
        """Looked at once, though the template asks for it several times."""
        known = vars(account)
        if "usage" not in known:
            known["usage"] = accounts.usage_of(account)
        usage: Usage = known["usage"]
        words = f"{usage.objects:,} objects, {filesizeformat(usage.bytes)}"
        return words if usage.is_all else f"more than {words} in the newest ones"

    @admin.display(description="what belongs to it")
    def belongings(self, account: Account) -> str:
        nouns = {
            "storedobject": "Objects",
            "openupload": "Uploads in progress",
            "apikey": "API keys",
            "membership": "Members",
            "invitation": "Invitations",
        }
        links = [(shown.list_of(noun, words, account__id__exact=account.pk),) for noun, words in nouns.items()]
        return format_html_join(" · ", "{}", links)
