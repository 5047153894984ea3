"""The operator's admin, which has no sign-in of its own."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class ObjectsAdminSite(admin.AdminSite):
    site_header = "Holdall"
    site_title = "Holdall"
    index_title = "Accounts, objects and who accessed what"
    enable_nav_sidebar = False  # the tables need its room

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """The same sign-in as for everybody; whoever is signed in and sent here is no staff."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
