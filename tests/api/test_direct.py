"""Calls past Django's handlers: whoever asks for what gets the same answer, and it leaves the same trail."""

import re
from http import HTTPStatus
from itertools import product

import orjson
import pytest
from django.db import transaction

from config.handlers import ApiHandler
from objects_app import compiled, key_cache, request_id, shared
from objects_app.api.direct import CALLS, DirectCalls
from objects_app.models import AuditEvent, State, StoredObject
from objects_app.operations import keys
from tests.api.conftest import key_with
from tests.factories import OPERATOR, make_object, put_bytes
from tests.wsgi import Answer, ask

NEW = orjson.dumps({"name": "new", "content_type": "text/plain", "metadata": {"a": "b"}})
OTHER_EACH_TIME = re.compile(rb'obj_\w{20,}|grant=\d+|expires=\d+|signature=\w+|_ms":\d+')
OF_ONE_CALL = {"at", "id", "target_id", "request_id", "details", "account_id"}
pytestmark = pytest.mark.usefixtures("connections_stay")
PERSONS = ("owner", "reader", "writer", "stranger", "revoked", "nobody")


class Caller:
    def __init__(self, application) -> None:
        self.application = application

    def __call__(
        self, method: str, path: str, secret: str, body: bytes = b"", query: str = "", **headers: str
    ) -> Answer:
        usual = {"HTTP_X_REQUEST_ID": "mine", "HTTP_AUTHORIZATION": f"Bearer {secret}"}
        return ask(self.application, method, path, body=body, query=query, **usual | headers)


class Asked:
    """A request as `DirectCalls` takes it, of what a WSGI application gets."""

    repeats_headers = False

    def __init__(self, environ) -> None:
        self.method, self.path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.query, self.address = environ["QUERY_STRING"], environ["REMOTE_ADDR"]
        self._environ = environ

    def header(self, name: str) -> str | None:
        return self._environ.get(f"HTTP_{name.upper().replace('-', '_')}")


class Server:
    """Asks directly, and Django where that gives no answer, as the web server does."""

    def __init__(self, calls: DirectCalls) -> None:
        self.calls = calls

    def __call__(self, environ, start_response):
        given = request_id.adopt(environ.get("HTTP_X_REQUEST_ID"))
        body = environ["wsgi.input"].read()
        environ["wsgi.input"].seek(0)
        answer = self.calls.answer(Asked(environ), body)
        if answer is None:
            return self.calls(environ, start_response)
        status, headers, content = answer
        sent = [(name.decode().title(), value.decode()) for name, value in headers]
        start_response(f"{status} {HTTPStatus(status).phrase}", [*sent, ("X-Request-Id", given)])
        return [content]


class Django:
    """Counts how often it had to answer."""

    def __init__(self) -> None:
        self.handler = ApiHandler()
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        return self.handler(environ, start_response)


@pytest.fixture(scope="module")
def django() -> Django:
    return Django()


@pytest.fixture(scope="module")
def application(django) -> DirectCalls:
    return DirectCalls(django)


@pytest.fixture
def direct(application, django, alice) -> Caller:
    """One that has learnt the headers of every call."""
    call = Caller(Server(application))
    for method, kind in CALLS.keys() - application._headers.keys():
        made = make_object(alice, "learnt", state=State.UPLOADING if kind == "/complete" else State.READ_ONLY)
        if kind == "/complete":
            put_bytes(made, b"hello")
        status, _, _ = call(method, path_of(kind, made), alice.secret, NEW if not kind else b"", HTTP_X_REQUEST_ID="")
        assert status == "200 OK"
    django.calls = 0
    return call


@pytest.fixture
def secrets(alice, bob) -> dict[str, str]:
    dead, revoked = keys.create_key(alice.account, name="dead", actor=OPERATOR)
    keys.revoke_key(dead, actor=OPERATOR)
    return {
        "owner": alice.secret,
        "reader": key_with(alice, "objects:read"),
        "writer": key_with(alice, "objects:write"),
        "stranger": bob.secret,
        "revoked": revoked,
        "nobody": "",
    }


def path_of(kind: str, stored_object: StoredObject) -> str:
    if not kind:
        return "/v1/objects"
    return f"/v1/objects/{stored_object.pk}{'' if kind == '/one' else kind}"


def outcome(call: Caller, *asked, **options):
    """What is answered and recorded, without what differs each time; nothing of it stays."""
    with transaction.atomic():
        last = AuditEvent.objects.order_by("id").last()
        status, headers, body = call(*asked, **options)
        events = AuditEvent.objects.filter(id__gt=last.pk if last else 0).order_by("id").values()
        facts = [{name: value for name, value in event.items() if name not in OF_ONE_CALL} for event in events]
        left = sorted(StoredObject.objects.values_list("name", "state", "size_bytes", "is_public"))
        transaction.set_rollback(True)
    key_cache.forget_all()
    assert status != "500 Internal Server Error"
    lasting = [(name.title(), value) for name, value in headers if name != "Content-Length"]
    return status, lasting, OTHER_EACH_TIME.sub(b"*", body), facts, left


@pytest.fixture(params=list(product(State.values, [True, False])), ids=str)
def target(request, alice) -> StoredObject:
    state, is_public = request.param
    return make_object(alice, "report", state=State(state), is_public=is_public, metadata={"k": "ü"})


@pytest.mark.parametrize("person", PERSONS)
def test_everybody_is_answered_and_recorded_alike(direct, django, target, secrets, person):
    usual = Caller(django.handler)
    for method, kind in CALLS:
        asked = (method, path_of(kind, target), secrets[person], NEW if not kind else b"{}")
        assert outcome(direct, *asked) == outcome(usual, *asked), (method, kind)
    assert bool(django.calls) == (person in ("revoked", "nobody"))  # which Django alone answers


@pytest.mark.parametrize(
    "asked",
    [
        ("GET", "", b"", "limit=1", {}),
        ("GET", "", b"", "limit=1&include_total_count=false", {}),
        ("GET", "", b"", "limit=0", {}),
        ("GET", "", b"", "limit=no", {}),
        ("GET", "", b"", "starting_after=obj_nothing", {}),
        ("GET", "", b"", "search=no%20such", {}),
        ("GET", "", b"", "name=%ff", {}),
        ("GET", "", b"", "state=READ_ONLY&content_type=text/plain&is_public=false", {}),
        ("POST", "", b"{", "", {}),
        ("POST", "", b"{}", "", {}),
        ("POST", "", b"[]", "", {}),
        ("POST", "", NEW, "", {"HTTP_CONTENT_ENCODING": "gzip"}),
        ("POST", "/download", b'{"expires_in_seconds": 60, "disposition": "inline"}', "", {}),
        ("POST", "/download", b'{"expires_in_seconds": 0}', "", {}),
        ("POST", "/download", b"nonsense", "", {}),
        ("POST", "/complete", b"nonsense", "", {}),
        ("GET", "/one", b"", "unknown=1", {}),
        ("GET", "/one", b"", "", {"HTTP_HOST": "elsewhere.test"}),
        ("GET", "/one", b"", "", {"HTTP_ACCEPT": "text/html"}),
        ("GET", "/one", b"", "", {"HTTP_AUTHORIZATION": "Basic eA=="}),
        ("HEAD", "/one", b"", "", {}),
        ("OPTIONS", "/one", b"", "", {}),
        ("PUT", "/one", b"", "", {}),
        ("PATCH", "/one", b'{"name": "other"}', "", {}),
        ("GET", "/download", b"", "", {}),
    ],
)
def test_whatever_is_asked_is_answered_alike(direct, django, alice, asked):
    method, kind, body, query, headers = asked
    usual = Caller(django.handler)
    request = (method, path_of(kind, make_object(alice, "report")), alice.secret, body, query)
    assert outcome(direct, *request, **headers) == outcome(usual, *request, **headers)


def test_a_repeated_request_is_carried_out_once(direct, alice):
    first, again = (orjson.loads(direct("POST", "/v1/objects", alice.secret, NEW)[2]) for _ in range(2))
    other = orjson.loads(direct("POST", "/v1/objects", alice.secret, NEW, HTTP_X_REQUEST_ID="other")[2])
    assert first["id"] == again["id"] != other["id"]


def test_calls_are_counted_once_and_refused_beyond_the_rate(direct, alice, settings, monkeypatch):
    settings.THROTTLE_ENABLED, settings.THROTTLE_KEY_RATE = True, 3
    counted = []
    monkeypatch.setattr(shared, "count", lambda name, **_: counted.append(name) or len(counted))
    path = path_of("/one", make_object(alice))
    answers = [direct("GET", path, alice.secret) for _ in range(4)]
    assert [status[:3] for status, _, _ in answers] == ["200", "200", "200", "429"]
    assert dict(answers[-1][1])["Retry-After"]
    direct("GET", "/v1/objects", alice.secret, query="limit=no")
    assert len(counted) == len([*answers, "the bad query"])


@pytest.mark.parametrize(
    ("call", "statements"),
    [(("GET", "/one"), 1), (("GET", ""), 2), (("POST", "/download"), 2), (("POST", ""), 5)],
)
def test_how_many_statements_a_call_takes(direct, alice, django_assert_num_queries, call, statements):
    method, kind = call
    path = path_of(kind, make_object(alice))
    direct("GET", "/v1/objects", alice.secret)  # the key is known
    with django_assert_num_queries(statements):
        direct(method, path, alice.secret, NEW if call == ("POST", "") else b"", HTTP_X_REQUEST_ID="")


def test_a_request_that_says_a_header_twice_is_left_to_django(direct, django, alice, monkeypatch):
    monkeypatch.setattr(Asked, "repeats_headers", True)
    assert direct("GET", path_of("/one", make_object(alice)), alice.secret)[0] == "200 OK"
    assert django.calls == 1


def test_a_defect_is_not_taken_for_an_answer(direct, alice, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise LookupError

    monkeypatch.setattr("objects_app.lookup.visible_row", fail)
    with pytest.raises(LookupError):
        direct("GET", path_of("/one", make_object(alice)), alice.secret)


def test_the_connection_of_the_thread_is_checked_before_every_call(direct, alice, monkeypatch):
    checked = []
    monkeypatch.setattr(compiled, "check_connection", lambda: checked.append(True))
    direct("GET", path_of("/one", make_object(alice)), alice.secret)
    direct("GET", "/v1/objects/obj_00000000000000000000", alice.secret)
    assert len(checked) == 2
