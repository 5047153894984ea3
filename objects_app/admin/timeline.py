"""The timeline of an object, a key, an account, a person or an address: who had access, and who let them."""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from objects_app import access
from objects_app.access import Actor
from objects_app.admin import site
from objects_app.admin.base import staff_actor
from objects_app.admin.event_filters import LARGEST_ID
from objects_app.admin.event_rows import Row
from objects_app.models import Account, ApiKey, User
from objects_app.operations import readers, timelines
from objects_app.operations.timelines import About, Access
from objects_app.text import is_clean

ROWS = 50
LIKE_A_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class AccessRow(Row):
    access: Access


@site.page("timeline/<str:kind>/<str:target_id>/", name="access_timeline")
@require_safe
def show_timeline(request: HttpRequest, kind: str, target_id: str) -> HttpResponse:
    """Of what is gone by now there is still what happened to it."""
    about, actor = _about(kind, target_id), staff_actor(request)
    everything, before = request.GET.get("show") == "everything", _before(request)
    timeline = timelines.timeline_of(about, target_id, actor=actor, everything=everything, before=before, limit=ROWS)
    shown = {"show": "everything"} if everything else {}
    rows = [AccessRow(access.event, access) for access in timeline.accesses]
    return site.render(
        request,
        "admin/audit/timeline.html",
        title=f"Who accessed {about} {target_id}",
        about=about,
        target_id=target_id,
        days=[(day, list(rows)) for day, rows in groupby(rows, key=lambda row: row.event.at.date())],
        page=timeline.page,
        everything=everything,
        older=urlencode(shown | {"before": str(timeline.page.before)}) if timeline.page.before else "",
        is_first=before is None,
        **_facts(about, target_id, request.GET.get("key", ""), actor=actor),
    )


def _about(kind: str, target_id: str) -> About:
    try:
        about = About(kind)
        if about is About.ADDRESS:
            validate_ipv46_address(target_id)
    except (ValueError, ValidationError) as error:
        raise Http404 from error
    if not is_clean(target_id):
        raise Http404
    return about


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before", "")
    return min(int(given), LARGEST_ID) if given.isascii() and given.isdigit() else None


def _facts(about: About, target_id: str, key_id: str, *, actor: Actor) -> dict[str, Any]:
    match about:
        case About.OBJECT:
            return _facts_of_object(target_id, key_id, actor=actor)
        case About.KEY:
            key = ApiKey.objects.select_related("account").filter(pk=target_id).first()
            facts = {"Name": key.name, "Account": key.account, "Made by": key.created_by} if key else {}
            return {"facts": facts, "change": _change_page(key)}
        case About.ACCOUNT:
            account = Account.objects.filter(pk=target_id).first()
            return {"facts": {"Name": account.name} if account else {}, "change": _change_page(account)}
        case About.PERSON:
            person = User.objects.filter(pk=target_id).first() if LIKE_A_NUMBER.fullmatch(target_id) else None
            return {"facts": {"E-mail": person.email} if person else {}, "change": _change_page(person)}
    return {}


def _facts_of_object(object_id: str, key_id: str, *, actor: Actor) -> dict[str, Any]:
    stored_object = access.visible_objects(actor).select_related("account").filter(pk=object_id).first()
    if stored_object is None:
        return {}
    facts = {
        "Name": stored_object.name,
        "Account": stored_object.account,
        "State": stored_object.current_state,
        "Visibility": "public" if stored_object.is_public else "private",
        "Created by": stored_object.created_by,
    }
    return {
        "facts": facts,
        "change": _change_page(stored_object),
        "readers": readers.readers_of(stored_object, actor=actor),
        "key_id": key_id,
        "verdict": readers.can_key_read(stored_object, key_id, actor=actor) if key_id and is_clean(key_id) else None,
    }


def _change_page(row: Model | None) -> str:
    return reverse(f"admin:objects_app_{type(row).__name__.lower()}_change", args=[row.pk]) if row else ""
