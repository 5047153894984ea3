"""Where a form leads back to: the page that it was sent from, with its filters and place."""

from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, *, otherwise: str = "objects") -> str:
    """The address in `next` where it is one of this site, else the page of the route `otherwise`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_here = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_here else reverse(otherwise)


def without_panel(address: str, *, of: list[str]) -> str:
    """The address of a list with none of these objects open beside it."""
    parts = urlsplit(address)
    query = QueryDict(parts.query, mutable=True)
    if query.get("open", "") not in of:
        return address
    del query["open"]
    return f"{parts.path}?{query.urlencode()}" if query else parts.path
