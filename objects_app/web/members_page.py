"""The members of the account: who they are, in which role, and who was invited."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from objects_app import access
from objects_app.errors import NotFound, ValidationFailed
from objects_app.models import Invitation, Membership, Role
from objects_app.operations import members
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.pages import render_page
from objects_app.web.settings_pages import tabs

ROLES = [
    (Role.VIEWER, "Viewer: reads"),
    (Role.MEMBER, "Member: also creates and deletes objects"),
    (Role.ADMIN, "Admin: also manages keys and sees the activity"),
    (Role.OWNER, "Owner: also manages members"),
]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=ROLES, initial=Role.MEMBER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


@only("GET")
@for_members
def list_members(request: HttpRequest, member: Member) -> HttpResponse:
    return _page(request, member, InviteForm())


@only("POST")
@for_members
def invite(request: HttpRequest, member: Member) -> HttpResponse:
    """The link is in the answer to this request and nowhere else."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, member, form)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        invitation, token = members.invite(member.account, email=email, role=role, actor=member.actor)
    except ValidationFailed as refusal:
        form.add_error("email", refusal.message)
        return _page(request, member, form)
    link = f"{settings.PUBLIC_BASE_URL}{reverse('invitation')}?{urlencode({'token': token})}"
    if settings.MAIL_IS_ON:
        _mail(invitation, link)
    return _page(request, member, InviteForm(), link=link, invitation=invitation)


def _mail(invitation: Invitation, link: str) -> None:
    send_mail(
        subject=f"You are invited to {invitation.account.name} on Holdall",
        message=(
            f"{invitation.invited_by} invites you to the account {invitation.account.name}, as {invitation.role}.\n\n"
            f"{link}\n\nThe link works once, and for seven days.\n"
        ),
        from_email=None,
        recipient_list=[invitation.email],
    )


@only("POST")
@for_members
def revoke(request: HttpRequest, member: Member, invitation_id: str) -> HttpResponse:
    invitation = access.own_invitations(member.actor).filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound
    members.revoke_invitation(invitation, actor=member.actor)
    messages.success(request, f"The invitation of {invitation.email} is taken back.")
    return redirect("members")


@only("POST")
@for_members
def change_role(request: HttpRequest, member: Member, membership_id: int) -> HttpResponse:
    membership, form = _find(member, membership_id), RoleForm(request.POST)
    if not form.is_valid():
        raise ValidationFailed("There is no such role.")
    role = Role(form.cleaned_data["role"])
    return _carry_out(
        request,
        lambda: members.change_role(membership, role, actor=member.actor),
        done=f"{membership.user.email} is {role} now.",
    )


@only("GET", "POST")
@for_members
def remove(request: HttpRequest, member: Member, membership_id: int) -> HttpResponse:
    """GET asks and lists the keys that stay behind; POST does it."""
    membership = _find(member, membership_id)
    if request.method == "GET":
        context: dict[str, Any] = {"membership": membership, "keys": list(members.keys_made_by(membership))}
        return render_page(request, member, "settings/remove_member.html", context | tabs(member))
    return _carry_out(
        request,
        lambda: members.remove_member(membership, actor=member.actor, revoked_keys=request.POST.getlist("key")),
        done=f"{membership.user.email} is no member any more.",
    )


def _find(member: Member, membership_id: int) -> Membership:
    membership = access.own_members(member.actor).filter(pk=membership_id).first()
    if membership is None:
        raise NotFound
    return membership


def _carry_out(request: HttpRequest, change: Callable[[], object], *, done: str) -> HttpResponse:
    try:
        change()
    except ValidationFailed as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("members")


def _page(request: HttpRequest, member: Member, form: InviteForm, **context: Any) -> HttpResponse:
    everything = {
        "form": form,
        "members": access.own_members(member.actor),
        "invitations": access.own_invitations(member.actor),
        "roles": Role.choices,
        "mail_is_on": settings.MAIL_IS_ON,
    }
    return render_page(request, member, "settings/members.html", everything | context | tabs(member))
