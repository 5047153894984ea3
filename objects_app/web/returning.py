"""Where a form leads back to: the page that it was sent from, with its filters and place."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, *, otherwise: str = "objects") -> str:
    """The address in `next` where it is one of this site, else the page of the route `otherwise`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_here = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_here else reverse(otherwise)
