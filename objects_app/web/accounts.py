"""The account switcher."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from objects_app.errors import NotFound
from objects_app.web.members import CHOSEN_ACCOUNT, Member, for_members
from objects_app.web.methods import only


@only("POST")
@for_members
def choose_account(request: HttpRequest, member: Member) -> HttpResponse:
    """Only one of the person's own accounts can be chosen."""
    account_id = request.POST.get("account", "")
    if account_id not in {account.pk for account in member.accounts}:
        raise NotFound("You are no member of such an account.")
    request.session[CHOSEN_ACCOUNT] = account_id
    return redirect("objects")
