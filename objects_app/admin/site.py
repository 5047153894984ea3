"""The operator's admin, which has no sign-in of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from objects_app import staff
from objects_app.admin import dashboard
from objects_app.errors import NotAllowed
from objects_app.models import User

View = Callable[..., HttpResponseBase]
# Unfold's pages are written with Alpine, which evaluates the expressions of their attributes.
POLICY = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}


PAGES: list[tuple[str, str, View]] = []  # those that are no model's: route, name and view


def page(route: str, *, name: str) -> Callable[[View], View]:
    """Put a view into the admin; what a verb refuses is told as every refusal there."""

    def register(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, **kwargs)
            except NotAllowed as refusal:
                raise PermissionDenied(refusal.message) from refusal

        PAGES.append((route, name, answer))
        return answer

    return register


def render(request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
    frame = admin.site.each_context(request)
    return TemplateResponse(request, template, {**frame, "title": title, **context}, status=status)


class ObjectsAdminSite(UnfoldAdminSite):
    index_title = "Accounts, objects and who accessed what"

    def has_permission(self, request: HttpRequest) -> bool:
        return staff.enters_admin(cast("User", request.user))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        return cast("View", csp_update(POLICY)(_without_nul(super().admin_view(view, cacheable))))

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # which would go past the verbs

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """Unfold's own keeps what it found as pickles in the cache, where whoever reaches Redis could put others."""
        raise Http404

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """The same page as for everybody."""
        return redirect("account_change_password")

    password_change_done = password_change

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, dashboard.context_of(request) | (extra_context or {}))

    def extra_urls(self) -> list[URLPattern]:
        return [path(route, self.admin_view(view), name=name) for route, name, view in PAGES]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        """The same sign-in as for everybody, second factor included; whoever is signed in and no staff is refused."""
        return cast("HttpResponse", secure_admin_login(_go_on)(request))


def _without_nul(view: View) -> View:
    """PostgreSQL compares no text with a NUL in it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sent = [
            request.path,
            *(word for each in (request.GET, request.POST) for _, words in each.lists() for word in words),
        ]
        if any("\0" in word for word in sent):
            raise BadRequest
        return view(request, *args, **kwargs)

    return checked


def _go_on(request: HttpRequest) -> HttpResponse:
    """Whoever may enter the admin is sent here by nothing but a stale address."""
    if not staff.enters_admin(cast("User", request.user)):
        raise PermissionDenied("You are staff without a role. Ask a superuser to make you an auditor or an operator.")
    return redirect("admin:index")
