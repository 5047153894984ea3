"""The operator's admin, which has no sign-in of its own."""

from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class ObjectsAdminSite(admin.AdminSite):
    site_header = "Holdall"
    site_title = "Holdall"
    index_title = "Accounts, objects and who accessed what"
    enable_nav_sidebar = False  # the tables need its room

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """The same sign-in as for everybody, second factor included; whoever is signed in and no staff is refused."""
        return cast("HttpResponse", secure_admin_login(_go_on)(request))


def _go_on(_request: HttpRequest) -> HttpResponse:
    return redirect("admin:index")
