"""How the pages look and listen to this browser: kept in cookies, because it is nothing of the account's."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from objects_app.web.members import Member, for_members
from objects_app.web.methods import only
from objects_app.web.returning import way_back

CHOICES = {"theme": ("system", "light", "dark"), "shortcuts": ("on", "off")}
ONE_YEAR = 365 * 24 * 3600


@only("POST")
@for_members
def appearance(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001  the same for every account
    response = HttpResponseRedirect(way_back(request))
    for name, choices in CHOICES.items():
        chosen = request.POST.get(name)
        if chosen in choices:
            response.set_cookie(
                name, chosen, max_age=ONE_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
            )
    return response
