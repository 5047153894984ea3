"""Who can read an object, in words, and whether one key can: for whoever sees the account's activity."""

from django.http import HttpRequest, HttpResponse

from objects_app import access
from objects_app.access import Verb
from objects_app.operations import readers
from objects_app.operations.readers import Reason
from objects_app.text import is_clean
from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.object_changes import own_object
from objects_app.web.pages import render_page

WORDS = {
    Reason.OWN_ACCOUNT: "It belongs to this account and may read.",
    Reason.PUBLIC: "The object is public, so every live key that may read can.",
    Reason.NO_CONTENT: "There is no content to read.",
    Reason.SCOPE_MISSING: "It belongs to this account, but has no permission to read.",
    Reason.NOT_LIVE: "It is revoked or expired, or the account is suspended.",
    Reason.OTHER_ACCOUNT: "It is none of this account, and the object is private.",
}


@only("GET")
@for_members
def show_readers(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    stored_object = own_object(member.actor, object_id)
    access.require_in_account(member.actor, Verb.SEE_ACTIVITY, stored_object.account_id)
    key_id = request.GET.get("key", "").strip()
    context = {
        "stored_object": stored_object,
        "readers": readers.readers_of(stored_object, actor=member.actor),
        "key_id": key_id,
    }
    if key_id and is_clean(key_id):
        verdict = readers.can_key_read(stored_object, key_id, actor=member.actor)
        context |= {"verdict": verdict, "words": WORDS[verdict.reason]}
    return render_page(request, member, "objects/readers.html", context)
