"""Who may do what: every route and method of the URL conf, for every kind of caller, stated in one table.

A route or method that is new fails here until it is stated. A method that a row does not name is refused with 405.
"""

from collections.abc import Iterator

import orjson
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from objects_app.models import State, StoredObject
from tests.api.conftest import key_with
from tests.factories import make_object, put_bytes

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
CALLERS = [
    "nobody",
    "bad key",
    "own key",
    "reader",
    "writer",
    "stranger",
    "stranger, public",
    "session",
    "other session",
]
OWN_KEYS = "401 401 200 200 403 200 200 401 401"
WRITERS = "401 401 200 403 200 404 403 401 401"
READERS = "401 401 200 200 403 404 200 401 401"
FINISHERS = "401 401 200 403 200 404 404 401 401"  # what is unfinished is not there for strangers, public or not
UNDER_V1 = "401 401 405 405 405 405 405 401 401"
ANYBODY = "200 200 200 200 200 200 200 200 200"
NOT_THERE = "404 404 404 404 404 404 404 404 404"
SIGNED_IN = "302 302 302 302 302 302 302 200 200"
LED_BACK = "302 302 302 302 302 302 302 302 302"
NO_SUCH = "302 302 302 302 302 302 302 404 404"
ITS_MEMBERS = (
    "302 302 302 302 302 302 302 302 404"  # a key opens no page: it leads to the sign-in, as a success leads back
)
A_PAGE_OF_ITS_OWN = "302 302 302 302 302 302 302 200 200"
ITS_MANAGERS = "302 302 302 302 302 302 302 200 404"
ITS_READERS = ITS_MANAGERS
ITS_CHANGES = "302 302 302 302 302 302 302 400 404"
NO_CHOICE = "302 302 302 302 302 302 302 400 400"
ON_A_PAGE = "405 405 405 405 405 405 405 405 405"

API = {
    ("v1/objects", "GET"): OWN_KEYS,
    ("v1/objects", "POST"): "401 401 200 403 200 200 200 401 401",
    ("v1/objects/public", "GET"): OWN_KEYS,
    ("v1/objects/list_public", "GET"): OWN_KEYS,
    ("v1/objects/metadata/keys", "GET"): OWN_KEYS,
    ("v1/objects/metadata/keys/<path:key>/values", "GET"): OWN_KEYS,
    ("v1/objects/<str:pk>", "GET"): READERS,
    ("v1/objects/<str:pk>", "PATCH"): WRITERS,
    ("v1/objects/<str:pk>", "DELETE"): WRITERS,
    ("v1/objects/<str:pk>/delete", "POST"): WRITERS,
    ("v1/objects/<str:pk>/complete", "POST"): FINISHERS,
    ("v1/objects/<str:pk>/upload_url", "POST"): FINISHERS,
    ("v1/objects/<str:pk>/access", "GET"): "401 401 200 403 403 404 403 401 401",  # takes both scopes
    ("v1/objects/<str:pk>/download", "GET"): READERS,
    ("v1/objects/<str:pk>/download", "POST"): READERS,
}
PAGES = {
    ("", "GET"): A_PAGE_OF_ITS_OWN,
    ("objects/<slug:object_id>/", "GET"): ITS_READERS,
    ("objects/<slug:object_id>/", "POST"): ITS_CHANGES,  # one of several forms, which it does not name
    ("objects/<slug:object_id>/metadata", "POST"): ITS_MEMBERS,
    ("objects/<slug:object_id>/lifetime", "POST"): ITS_CHANGES,  # without one
    ("objects/change", "POST"): NO_CHOICE,
    ("objects/delete", "GET"): NO_CHOICE,
    ("objects/<slug:object_id>/readers", "GET"): ITS_READERS,
    ("objects/<slug:object_id>/publish", "POST"): ITS_MEMBERS,
    ("objects/<slug:object_id>/unpublish", "POST"): ITS_MEMBERS,
    ("objects/<slug:object_id>/download", "POST"): "302 302 302 302 302 302 302 303 404",
    ("objects/<slug:object_id>/delete", "GET"): ITS_READERS,
    ("objects/<slug:object_id>/delete", "POST"): ITS_MEMBERS,
    ("upload/", "GET"): A_PAGE_OF_ITS_OWN,
    ("upload/", "POST"): A_PAGE_OF_ITS_OWN,  # without a file, which is said on the page
    ("uploads/", "GET"): A_PAGE_OF_ITS_OWN,
    ("uploads/create", "POST"): NO_CHOICE,
    ("uploads/<slug:object_id>/complete", "POST"): ITS_MEMBERS,
    ("uploads/<slug:object_id>/cancel", "POST"): ITS_MEMBERS,
    ("public/", "GET"): SIGNED_IN,
    ("public/<slug:object_id>/download", "POST"): NO_SUCH,  # what is not public is not there, for its owner neither
    ("o/<slug:object_id>", "GET"): "404 404 404 404 404 404 200 404 404",  # public or not there, whoever asks
    ("o/<slug:object_id>/download", "POST"): "404 404 404 404 404 404 303 404 404",
    ("accounts/choose", "POST"): NO_SUCH,  # without saying which
    ("invitation", "GET"): NOT_THERE,  # without a token
    ("invitation", "POST"): NOT_THERE,
    ("settings/", "GET"): SIGNED_IN,
    ("settings/", "POST"): LED_BACK,
    ("settings/appearance", "POST"): LED_BACK,
    ("settings/sessions/end", "POST"): LED_BACK,
    ("settings/account", "GET"): SIGNED_IN,
    ("settings/account", "POST"): SIGNED_IN,  # which asks again for what is missing
    ("settings/members/", "GET"): SIGNED_IN,
    ("settings/members/invite", "POST"): SIGNED_IN,
    ("settings/members/invitations/<slug:invitation_id>/revoke", "POST"): NO_SUCH,
    ("settings/members/<int:membership_id>/role", "POST"): NO_SUCH,
    ("settings/members/<int:membership_id>/remove", "GET"): NO_SUCH,
    ("settings/members/<int:membership_id>/remove", "POST"): NO_SUCH,
    ("keys/", "GET"): A_PAGE_OF_ITS_OWN,
    ("keys/new", "GET"): A_PAGE_OF_ITS_OWN,
    ("keys/new", "POST"): A_PAGE_OF_ITS_OWN,  # without a name, which is said on the page
    ("keys/<slug:key_id>/rotate", "GET"): ITS_MANAGERS,
    ("keys/<slug:key_id>/rotate", "POST"): ITS_MANAGERS,
    ("keys/<slug:key_id>/revoke", "GET"): ITS_MANAGERS,
    ("keys/<slug:key_id>/revoke", "POST"): ITS_MEMBERS,
    ("activity/", "GET"): A_PAGE_OF_ITS_OWN,
    ("activity/export", "POST"): "302 302 302 302 302 302 302 400 400",  # without a format
    ("docs/", "GET"): ANYBODY,
    ("docs/errors/", "GET"): ANYBODY,
    ("docs/sdk/", "GET"): ANYBODY,
    ("docs/openapi.yaml", "GET"): ANYBODY,
    ("favicon.ico", "GET"): LED_BACK,  # to the drawing
    ("healthz", "GET"): ANYBODY,
    ("readyz", "GET"): ANYBODY,
    ("metrics", "GET"): NOT_THERE,  # as long as METRICS_TOKEN is not set
}
STATED = API | PAGES
ADMIN = "302 302 302 302 302 302 302 302 302"  # who is no staff is sent to sign in
ADMIN_SIGN_IN = "302 302 302 302 302 302 302 403 403"


def is_ours(route: str) -> bool:
    """The admin is stated below; the pages of allauth have tests of their own in tests/web."""
    return route == "accounts/choose" or not route.startswith(("admin/", "accounts/"))


def routes(patterns=None, prefix: str = "") -> Iterator[str]:
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, prefix + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield prefix + str(each.pattern)


@pytest.fixture
def clients(alice, bob) -> dict[str, Client]:
    secrets = {
        "bad key": alice.secret[::-1],
        "own key": alice.secret,
        "reader": key_with(alice, "objects:read"),
        "writer": key_with(alice, "objects:write"),
        "stranger": bob.secret,
        "stranger, public": bob.secret,
    }
    made = {name: Client(headers={"Authorization": f"Bearer {secret}"}) for name, secret in secrets.items()}
    sessions = {"nobody": None, "session": alice.user, "other session": bob.user}
    for name, user in sessions.items():
        made[name] = Client()
        if user:
            made[name].force_login(user)
    return made


NAMES = {
    "<path:key>": "k",
    "<path:object_id>": "1",
    "(?P<url>.*)$": "x",
    "<slug:invitation_id>": "x",
    "<int:membership_id>": "0",
}
OBJECT_IDS = ["<str:pk>", "<slug:object_id>"]


def address(route: str, person, stored_object: StoredObject | None) -> str:
    path = "/" + route.replace("<slug:key_id>", person.key.pk)
    for name, value in NAMES.items():
        path = path.replace(name, value)
    for name in OBJECT_IDS:
        path = path.replace(name, stored_object.pk if stored_object else "")
    return path


def target(person, route: str, *, is_public: bool) -> StoredObject | None:
    """For a route that names an object, one of this person's own."""
    if not any(name in route for name in OBJECT_IDS):
        return None
    if not route.endswith(("/complete", "/upload_url")):
        return make_object(person, is_public=is_public)
    upload = make_object(person, state=State.UPLOADING, is_public=is_public)
    put_bytes(upload, b"hello")
    return upload


def statuses(clients, alice, route: str, method: str) -> str:
    """What each caller is told about an object of Alice's; a fresh one each, where the method may change it."""
    found, stored_object = [], None
    for caller in CALLERS:
        if stored_object is None or (route, method) in STATED:
            stored_object = target(alice, route, is_public=caller == "stranger, public")
        body = {"name": "n", "content_type": "text"} if route == "v1/objects" else {}
        path = address(route, alice, stored_object)
        answer = clients[caller].generic(method, path, orjson.dumps(body), "application/json")
        found.append(str(answer.status_code))
    return " ".join(found)


def expected(route: str, method: str) -> str:
    if route.startswith("admin/"):
        return ADMIN_SIGN_IN if route == "admin/login/" else ADMIN
    return STATED.get((route, method), UNDER_V1 if route.startswith("v1/") else ON_A_PAGE)


@pytest.mark.parametrize("route", [route for route in routes() if is_ours(route)])
def test_every_caller_gets_what_is_stated(clients, alice, route):
    found = {method: statuses(clients, alice, route, method) for method in METHODS}
    assert found == {method: expected(route, method) for method in METHODS}


@pytest.mark.parametrize("route", sorted({route for route in routes() if route.startswith("admin/")}))
def test_the_admin_admits_nobody_but_staff(clients, alice, route):
    for method in ["GET", "POST"]:
        assert statuses(clients, alice, route, method) == expected(route, method)


def test_nothing_is_stated_that_does_not_exist():
    assert {route for route, _ in STATED} == {route for route in routes() if is_ours(route)}
