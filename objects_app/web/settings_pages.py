"""Settings: a person's own, and those of the account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from objects_app import access
from objects_app.access import Verb
from objects_app.models import Account, User
from objects_app.operations import accounts, people
from objects_app.text import is_clean
from objects_app.web.devices import device_of
from objects_app.web.lifetimes import chosen, lifetime_of, lifetimes_with
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.pages import render_page


class ProfileForm(forms.Form):
    name = forms.CharField(
        max_length=200,
        required=False,
        help_text="How others see you beside your e-mail address.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        validators=[ProhibitNullCharactersValidator()],
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_clean(name):
            raise forms.ValidationError("A name has no control characters.")
        return name


class DefaultsForm(forms.Form):
    visibility = forms.ChoiceField(
        choices=[("private", "Private: this account alone"), ("public", "Public: everybody on this server")]
    )

    def __init__(self, sent: QueryDict | None, *, account: Account) -> None:
        initial = {
            "visibility": "public" if account.default_is_public else "private",
            "lifetime": chosen(account.default_lifetime),
        }
        super().__init__(sent, initial=initial)
        lifetimes = lifetimes_with(account.default_lifetime)
        self.fields["lifetime"] = forms.ChoiceField(label="Kept", required=False, choices=lifetimes)


@dataclass(frozen=True)
class Session:
    id: int
    device: str
    address: str
    since: datetime
    is_this: bool


@only("GET", "POST")
@for_members
def profile(request: HttpRequest, member: Member) -> HttpResponse:
    user = cast("User", request.user)
    form = ProfileForm(request.POST if request.method == "POST" else None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        if people.rename(user, form.cleaned_data["name"], actor=member.actor):
            messages.success(request, "Your name is saved.")
        return redirect("settings")
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context: dict[str, Any] = {
        "form": form,
        "role": member.role,
        "theme": request.COOKIES.get("theme", "system"),
        "shortcuts": request.COOKIES.get("shortcuts", "on"),
        "sessions": _sessions(request, user),
        "has_app": Authenticator.Type.TOTP in kinds,
        "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
    }
    return render_page(request, member, "settings/profile.html", context | tabs(member))


def _sessions(request: HttpRequest, user: User) -> list[Session]:
    return [
        Session(
            id=each.pk,
            device=device_of(each.user_agent),
            address=each.ip,
            since=each.created_at,
            is_this=each.session_key == request.session.session_key,
        )
        for each in people.live_sessions(user)
    ]


@only("POST")
@for_members
def end_session(request: HttpRequest, member: Member) -> HttpResponse:
    session_id = request.POST.get("session", "")
    if not (session_id.isascii() and session_id.isdigit() and len(session_id) < 16):
        return redirect("settings")
    if people.end_session(cast("User", request.user), int(session_id), actor=member.actor):
        messages.success(request, "That browser is signed out.")
    return redirect("settings")


@only("GET", "POST")
@for_members
def account_defaults(request: HttpRequest, member: Member) -> HttpResponse:
    account = member.account
    access.require_in_account(member.actor, Verb.MANAGE_ACCOUNT, account.pk)
    form = DefaultsForm(request.POST if request.method == "POST" else None, account=account)
    if request.method == "POST" and form.is_valid():
        changed = accounts.change_defaults(
            account,
            is_public=form.cleaned_data["visibility"] == "public",
            lifetime=lifetime_of(form.cleaned_data["lifetime"]),
            actor=member.actor,
        )
        if changed:
            messages.success(request, "The settings of the account are saved.")
        return redirect("account_defaults")
    return render_page(request, member, "settings/account.html", {"form": form} | tabs(member))


def tabs(member: Member) -> dict[str, bool]:
    """Which pages of the settings this member can open."""
    return {
        "may_change_account": access.holds(member.actor, Verb.MANAGE_ACCOUNT),
        "may_manage_members": access.holds(member.actor, Verb.MANAGE_MEMBERS),
    }
