"""Every error that a person meets is a page of one look: what happened, the request id, one useful link."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern

from objects_app import request_id
from objects_app.errors import BodyTooLarge, NotFound, ObjectsError, TooManyRequests, Unavailable, every_kind
from objects_app.web.errors import HEADINGS, error_page
from objects_app.web.urls import urlpatterns

FOR_MACHINES = {"healthz", "readyz", "metrics", None}  # and the drawing that browsers ask for, which has no name


def own_addresses() -> list[str]:
    """Of the views written here, each parameter filled in."""
    routes = [each for each in urlpatterns if isinstance(each, URLPattern) and each.name not in FOR_MACHINES]
    own = [each for each in routes if each.callback.__module__.startswith("objects_app.web")]
    return ["/" + re.sub(r"<\w+:\w+>", "1", str(each.pattern)) for each in own if "login" not in str(each.pattern)]


def page(error: ObjectsError, method: str = "get", path: str = "/somewhere?page=2") -> str:
    return error_page(getattr(RequestFactory(), method)(path), error).content.decode()


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "OPTIONS"])
@pytest.mark.parametrize("address", own_addresses())
def test_a_wrong_method_is_answered_by_a_page_that_says_so(address, method):
    response = Client().generic(method, address)
    assert response.status_code == 405
    assert response.templates[0].name == "error.html"
    assert response.headers["Allow"]


@pytest.mark.parametrize("address", ["/keys/1/revoke", "/docs/errors/"])
def test_a_page_of_two_methods_refuses_the_rest_alone(client, db, address):
    assert client.get(address).status_code in {200, 302}


@pytest.mark.parametrize("error", [BodyTooLarge, NotFound, TooManyRequests, Unavailable], ids=lambda error: error.code)
def test_an_error_page_says_what_happened(error):
    html = page(error())
    assert f"<h1>{HEADINGS[error.status]}</h1>" in html
    assert error.message in html


def test_every_status_that_a_page_can_meet_has_words():
    for_programs_alone = {411, 416, 426}
    assert {error.status for error in every_kind()} - HEADINGS.keys() == for_programs_alone


def test_the_request_id_can_be_copied():
    request_id.current.set("req-3")
    html = page(NotFound())
    assert (
        '<code id="request-id">req-3</code><button class="quiet square" type="button" data-copy-from="request-id">'
        in html
    )


def test_what_passes_is_tried_again_by_a_link():
    assert '<a class="button main" href="/somewhere?page=2">Try again</a>' in page(Unavailable())


@pytest.mark.parametrize(("error", "method"), [(NotFound(), "get"), (Unavailable(), "post")])
def test_what_stays_or_was_a_form_leads_to_the_objects(error, method):
    assert '<a class="button main" href="/">Go to your objects</a>' in page(error, method)


def test_trying_again_leads_to_no_other_site():
    request = RequestFactory().get("/", PATH_INFO="//evil.example/")
    assert 'href="/%2Fevil.example/"' in error_page(request, Unavailable()).content.decode()


def test_when_to_try_again_is_in_the_header():
    response = error_page(RequestFactory().get("/"), TooManyRequests(headers={"Retry-After": "7"}))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")


def test_what_a_message_quotes_is_escaped():
    assert "<b>" not in page(NotFound("There is no <b>."))
