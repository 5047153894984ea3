"""Who looks at a public page: anybody, or a person who is signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from objects_app import access, errors, request_id
from objects_app.access import Actor, Via
from objects_app.errors import ObjectNotFound
from objects_app.operations.refusals import record_refusal
from objects_app.web.errors import error_page
from objects_app.web.members import find_member


def for_visitors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view its actor, and turn its refusals into error pages; no search engine keeps any of it."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, object_id: str) -> HttpResponse:
        try:
            response = _answer(request, view, object_id)
        except Exception as failure:
            error = errors.named(failure)
            if error is None:
                raise
            response = error_page(request, error)
        response["X-Robots-Tag"] = "noindex"
        return response

    return page


def _answer(request: HttpRequest, view: Callable[..., HttpResponse], object_id: str) -> HttpResponse:
    if settings.PUBLIC_PAGES == "signed-in" and not request.user.is_authenticated:
        return redirect_to_login(reverse("public_page", args=[object_id]))
    actor = _visitor(request)
    try:
        return view(request, actor, object_id=object_id)
    except ObjectNotFound as refusal:
        record_refusal(refusal, actor=actor, target_id=object_id)
        raise


def _visitor(request: HttpRequest) -> Actor:
    member = find_member(request) if request.user.is_authenticated else None
    if member:
        return member.actor
    options: dict[str, Any] = {"address": request.META.get("REMOTE_ADDR") or None}
    return access.anonymous_actor(Via.PUBLIC_PAGE, request_id=request_id.current.get(), **options)
