"""Accounts: look, suspend, resume."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from objects_app.admin.base import StaffAdmin, carry_out
from objects_app.models import Account
from objects_app.operations import accounts


@admin.register(Account)
class AccountAdmin(StaffAdmin):
    list_display = ("name", "id", "created_at", "suspended_at")
    list_filter: ClassVar = [("suspended_at", admin.EmptyFieldListFilter)]
    search_fields = ("name", "id")
    fields = ("id", "name", "created_at", "suspended_at")
    actions = ("suspend", "resume")

    @admin.action(description="Suspend the selected accounts")
    def suspend(self, request: HttpRequest, rows: QuerySet[Account]) -> None:
        carry_out(request, rows, accounts.suspend_account, done="suspended")

    @admin.action(description="Resume the selected accounts")
    def resume(self, request: HttpRequest, rows: QuerySet[Account]) -> None:
        carry_out(request, rows, accounts.resume_account, done="resumed")
