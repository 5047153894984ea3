"""Who looks at a page: a signed-in person at work in one of their accounts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from objects_app import access, errors, request_id
from objects_app.access import Actor
from objects_app.errors import NotAllowed, ObjectNotFound
from objects_app.models import Account, Role, User
from objects_app.operations.refusals import record_refusal
from objects_app.web.errors import error_page

CHOSEN_ACCOUNT = "account_id"


@dataclass(frozen=True)
class Member:
    """`accounts` are all that the person could be at work in."""

    actor: Actor
    account: Account
    accounts: list[Account]
    role: Role


def for_members(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Sign people in, hand the view their Member, and turn its refusals into error pages."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return _answer(request, view, **kwargs)
        except Exception as failure:
            error = errors.named(failure)
            if error is None:
                raise
            return error_page(request, error)

    return page


def _answer(request: HttpRequest, view: Callable[..., HttpResponseBase], **kwargs: Any) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    member = find_member(request)
    if member is None:
        return render(request, "objects/no_account.html")
    try:
        return view(request, member, **kwargs)
    except (ObjectNotFound, NotAllowed) as refusal:
        record_refusal(refusal, actor=member.actor, target_id=kwargs.get("object_id", ""))
        raise


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """A form that was sent too late cannot be sent again by a redirect: its sender starts at the list."""
    response = redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("objects"))
    if request.headers.get("HX-Request"):  # a part of a page has no room for the form
        return HttpResponse(status=204, headers={"HX-Redirect": response.url})
    return response


def find_member(request: HttpRequest) -> Member | None:
    """The account that the session chose, else the first one; suspended accounts do not count."""
    memberships = list(access.live_memberships(cast("User", request.user)))
    if not memberships:
        return None
    chosen_id = request.session.get(CHOSEN_ACCOUNT)
    chosen = next((each for each in memberships if each.account_id == chosen_id), memberships[0])
    actor = replace(
        access.member_actor(chosen),
        address=request.META.get("REMOTE_ADDR") or None,
        request_id=request_id.current.get(),
    )
    return Member(actor, chosen.account, [each.account for each in memberships], Role(chosen.role))
