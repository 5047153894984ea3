"""The page of one object."""

from django.http import HttpRequest, HttpResponse

from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.object_changes import own_object
from objects_app.web.pages import render_page


@only("GET")
@for_members
def show_object(request: HttpRequest, member: Member, object_id: str) -> HttpResponse:
    context = {"stored_object": own_object(member.actor, object_id)}
    return render_page(request, member, "objects/object.html", context)
