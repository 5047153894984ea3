"""API keys: the list, one more, another in the place of one, one less. A secret is shown in the answer that made it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from objects_app import clock, keyring
from objects_app.errors import NotFound, ValidationFailed, WrongState
from objects_app.keyring import Condition
from objects_app.models import ApiKey
from objects_app.operations import keys
from objects_app.text import is_clean
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.pages import render_page

SCOPES = [
    ("objects:read", "Read: list, retrieve and download objects"),
    ("objects:write", "Write: create, upload, change and delete objects"),
]
LIFETIMES = [("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")]
OVERLAPS = [
    ("0", "At once: whatever still uses it fails until it has the new one"),
    ("3600", "In an hour"),
    ("86400", "In 24 hours"),
]


def clean_text(text: str) -> None:
    if not is_clean(text):
        raise ValidationError("Leave out control characters.")


class KeyForm(forms.Form):
    name = forms.CharField(max_length=200, validators=[clean_text])
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        initial=keys.SCOPES,
        error_messages={"required": "A key that may do nothing is of no use: choose at least one."},
    )
    lifetime = forms.ChoiceField(choices=LIFETIMES, required=False, widget=forms.RadioSelect)


class RotationForm(forms.Form):
    overlap = forms.ChoiceField(choices=OVERLAPS, widget=forms.RadioSelect, initial="3600")


@only("GET")
@for_members
def list_keys(request: HttpRequest, member: Member) -> HttpResponse:
    shows_dead = request.GET.get("show") == "ended"
    found = keyring.dead_keys(member.actor) if shows_dead else keyring.working_keys(member.actor)
    context = {
        "keys": found,
        "shows_dead": shows_dead,
        "dead_at_most": keyring.DEAD_AT_MOST,
        "live_at_most": keys.LIVE_KEYS_AT_MOST,
        "is_full": not shows_dead and len(found) >= keys.LIVE_KEYS_AT_MOST,
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "keys/list.html", context)


@only("GET", "POST")
@for_members
def create(request: HttpRequest, member: Member) -> HttpResponse:
    """GET asks, POST makes the key and shows its secret."""
    taken = len(keyring.working_keys(member.actor))
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            key, secret = _create(member, form.cleaned_data)
        except ValidationFailed as refusal:
            form.add_error(None, refusal.message)
        else:
            return _show_secret(request, member, key, secret)
    context = {"form": form, "taken": taken, "live_at_most": keys.LIVE_KEYS_AT_MOST}
    return render_page(request, member, "keys/create.html", context)


def _create(member: Member, wanted: dict[str, Any]) -> tuple[ApiKey, str]:
    days = wanted["lifetime"]
    return keys.create_key(
        member.account,
        name=wanted["name"],
        scopes=tuple(wanted["scopes"]),
        expires_at=clock.after(timedelta(days=int(days))) if days else None,
        actor=member.actor,
    )


@only("GET", "POST")
@for_members
def rotate(request: HttpRequest, member: Member, key_id: str) -> HttpResponse:
    key = _own_key(member, key_id)
    if request.method == "GET" and key.condition != Condition.LIVE:
        return _tell_that_it_ended(request, key)
    form = RotationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        overlap = timedelta(seconds=int(form.cleaned_data["overlap"]))
        try:
            successor, secret = keys.rotate_key(key, overlap=overlap, actor=member.actor)
        except ValidationFailed:
            form.add_error("overlap", "All keys that this account may have are taken: end the old one at once.")
        except WrongState as refusal:
            messages.error(request, refusal.message)
            return redirect("keys")
        else:
            return _show_secret(request, member, successor, secret, replaces=_own_key(member, key_id))
    return render_page(request, member, "keys/rotate.html", {"key": key, "form": form})


@only("GET", "POST")
@for_members
def revoke(request: HttpRequest, member: Member, key_id: str) -> HttpResponse:
    """GET asks, POST does it."""
    key = _own_key(member, key_id)
    if request.method == "GET" and key.condition in keyring.WORKING:
        return render_page(request, member, "keys/revoke.html", {"key": key})
    if request.method == "POST" and keys.revoke_key(key, actor=member.actor):
        messages.success(request, f"“{key.name}” is revoked: it is refused from now on.")
        return redirect("keys")
    return _tell_that_it_ended(request, key)


def _tell_that_it_ended(request: HttpRequest, key: Any) -> HttpResponse:
    messages.info(request, f"“{key.name}” is {Condition(key.condition).label.lower()}.")
    return redirect("keys")


def _own_key(member: Member, key_id: str) -> Any:
    key = keyring.own_keys(member.actor).filter(pk=key_id).first()
    if key is None:
        raise NotFound("This account has no such key.")
    return key


def _show_secret(
    request: HttpRequest, member: Member, key: ApiKey, secret: str, *, replaces: Any = None
) -> HttpResponse:
    """Here and nowhere else: not in an address, a message, a log or a session."""
    context = {
        "key": _own_key(member, key.pk),
        "secret": secret,
        "replaces": replaces,
        "base_url": settings.PUBLIC_BASE_URL,
    }
    return render_page(request, member, "keys/secret.html", context)
