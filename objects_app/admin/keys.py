"""API keys: look and revoke. The secret is kept nowhere; the digest is shown nowhere."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from objects_app.admin.base import StaffAdmin, carry_out
from objects_app.models import ApiKey
from objects_app.operations import keys


@admin.register(ApiKey)
class ApiKeyAdmin(StaffAdmin):
    list_display = ("name", "ending", "account", "can_read", "can_write", "expires_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "can_write")
    list_select_related = ("account",)
    search_fields = ("name", "id", "account__name", "last_four")
    fields = (
        "id",
        "name",
        "ending",
        "account",
        "can_read",
        "can_write",
        "created_at",
        "created_by",
        "expires_at",
        "last_used_at",
        "last_used_from",
        "revoked_at",
        "revoked_by",
    )
    actions = ("revoke",)

    @admin.display(description="key")
    def ending(self, key: ApiKey) -> str:
        return f"hld_…{key.last_four}"

    @admin.action(description="Revoke the selected keys")
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiKey]) -> None:
        carry_out(request, rows, keys.revoke_key, done="revoked")
