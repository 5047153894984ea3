"""The page behind the link of an invitation."""

from dataclasses import replace
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from objects_app import access, request_id
from objects_app.access import Actor, Via
from objects_app.errors import ObjectsError
from objects_app.models import Invitation, User
from objects_app.operations import members
from objects_app.web.errors import error_page
from objects_app.web.members import CHOSEN_ACCOUNT
from objects_app.web.methods import only
from objects_app.web.settings_pages import ProfileForm
from objects_app.web.sign_in import address_of


class NewUserForm(ProfileForm):
    password = forms.CharField(
        help_text="At least 12 characters.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


@only("GET", "POST")
@never_cache
def accept(request: HttpRequest) -> HttpResponse:
    """Whoever is signed in by the invited address joins; whoever is not known here chooses a password and joins."""
    try:
        invitation = members.find_invitation(request.POST.get("token") or request.GET.get("token", ""))
        if request.user.is_authenticated:
            return _as_user(request, invitation, request.user)
        if User.objects.filter(email=invitation.email).exists():
            return _page(request, invitation, "sign_in")
        return _as_new_user(request, invitation)
    except ObjectsError as error:
        return error_page(request, error)


def _as_user(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if user.email != invitation.email:
        return _page(request, invitation, "other_user")
    if request.method == "GET":
        return _page(request, invitation, "join")
    members.accept_invitation(invitation, user=user, actor=_actor(request, access.person_actor(user)))
    return _welcome(request, invitation)


def _as_new_user(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewUserForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, invitation, "new_user", form)
    stranger = access.anonymous_actor(Via.SESSION)
    user = members.join_as_new_user(
        invitation,
        name=form.cleaned_data["name"],
        password=form.cleaned_data["password"],
        actor=_actor(request, replace(stranger, label=invitation.email)),
    )
    perform_login(request, user, email_verification="none")
    return _welcome(request, invitation)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session[CHOSEN_ACCOUNT] = invitation.account_id
    messages.success(request, f"You are a member of {invitation.account.name}.")
    return redirect("objects")


def _actor(request: HttpRequest, actor: Actor) -> Actor:
    return replace(actor, address=address_of(request) or None, request_id=request_id.current.get())


def _page(request: HttpRequest, invitation: Invitation, step: str, form: forms.Form | None = None) -> HttpResponse:
    token = request.POST.get("token") or request.GET.get("token", "")
    here = f"{reverse('invitation')}?{urlencode({'token': token})}"
    context = {"invitation": invitation, "step": step, "form": form, "token": token, "here": here}
    return render(request, "settings/invitation.html", context)
