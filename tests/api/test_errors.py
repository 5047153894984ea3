"""Refusals: one JSON shape for all of them under /v1, and nothing that a client sends is our own failure."""

import pytest
from django.db import InterfaceError, OperationalError
from rest_framework import exceptions

from objects_app import audit, listing
from objects_app.api import inputs
from objects_app.models import AuditEvent, State
from tests.api.shapes import OBJECT_ID, error
from tests.factories import make_object

UNKNOWN = "obj_" + "0" * 30
ODD_IDS = [
    "obj_%00",
    "obj_%0a",
    "x",
    "obj_",
    "obj_" + "a" * 5000,
    "obj_%C3%A9" + "a" * 30,
    "%ED%A0%80",
    "..%2f",
    "%FF",
    "1",
]
BY_ID = {
    "retrieve": lambda api, pk: api.get(f"/v1/objects/{pk}"),
    "change": lambda api, pk: api.patch(f"/v1/objects/{pk}", {"name": "new"}),
    "delete": lambda api, pk: api.delete(f"/v1/objects/{pk}"),
    "delete, sdk": lambda api, pk: api.post(f"/v1/objects/{pk}/delete"),
    "complete": lambda api, pk: api.post(f"/v1/objects/{pk}/complete"),
    "upload url": lambda api, pk: api.post(f"/v1/objects/{pk}/upload_url"),
    "download": lambda api, pk: api.post(f"/v1/objects/{pk}/download"),
    "download, sdk": lambda api, pk: api.get(f"/v1/objects/{pk}/download"),
}
ALLOWED = {
    "/v1/objects": "GET, HEAD, POST",
    "/v1/objects/public": "GET, HEAD",
    "/v1/objects/list_public": "GET, HEAD",
    "/v1/objects/metadata/keys": "GET, HEAD",
    "/v1/objects/metadata/keys/k/values": "GET, HEAD",
    f"/v1/objects/{UNKNOWN}": "GET, HEAD, PATCH, DELETE",
    f"/v1/objects/{UNKNOWN}/complete": "POST",
    f"/v1/objects/{UNKNOWN}/upload_url": "POST",
    f"/v1/objects/{UNKNOWN}/download": "GET, HEAD, POST",
    f"/v1/objects/{UNKNOWN}/delete": "POST",
}
METHODS = ["OPTIONS", "PUT", "TRACE", "PATCH", "DELETE", "POST", "GET", "FOO"]
NOT_ALLOWED = [(each, path) for path, good in ALLOWED.items() for each in METHODS if each not in good.split(", ")]
CREATE = b'{"name": "n", "content_type": "text"}'


def nested(levels: int) -> bytes:
    return b'{"name": "n", "content_type": "text", "x": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.fixture(params=BY_ID)
def by_id(request):
    return BY_ID[request.param]


def trace_of(call, queries) -> tuple:
    """All that one could tell an unknown id from: status, body, headers, the statements, the event."""
    before = len(queries)
    answer = call()
    event = AuditEvent.objects.order_by("id").values("action", "result", "account_id", "target_label", "details").last()
    statements = [each["sql"].split(" ")[0] for each in queries.captured_queries[before:-1]]
    headers = {name for name in answer.headers if name != "X-Request-Id"}
    return answer.status_code, answer.json() == error("object_not_found"), headers, statements, event


def test_a_foreign_id_and_an_unknown_id_are_the_same(bob_api, alice, by_id, django_assert_max_num_queries):
    theirs = make_object(alice)
    bob_api.get("/v1/objects")  # the key is known from here on
    with django_assert_max_num_queries(13) as queries:
        foreign = trace_of(lambda: by_id(bob_api, theirs.pk), queries)
        unknown = trace_of(lambda: by_id(bob_api, UNKNOWN), queries)
    assert foreign == unknown
    assert foreign[:2] == (404, True)
    assert (foreign[3], foreign[4]["action"]) == (["SELECT", "SAVEPOINT", "INSERT", "RELEASE"], "object.not_found")


@pytest.mark.parametrize("pk", ODD_IDS)
def test_an_odd_id_is_an_unknown_id(alice_api, by_id, pk):
    answer = by_id(alice_api, pk)
    assert (answer.status_code, answer.json()["code"]) in [(404, "object_not_found"), (404, "not_found")]


def test_the_trail_holds_no_control_characters(alice_api):
    alice_api.get("/v1/objects/obj_%00%0d" + "a" * 100)
    assert AuditEvent.objects.get(action="object.not_found").target_id == "obj_??" + "a" * 54


def test_a_refusal_is_recorded(bob_api, bob, alice):
    theirs = make_object(alice, is_public=True)
    bob_api.delete(f"/v1/objects/{theirs.pk}")
    event = AuditEvent.objects.get(action="object.refused")
    assert (event.target_id, event.result, event.actor_id) == (theirs.pk, "not_allowed", bob.key.pk)


def test_a_refusal_that_cannot_be_recorded_is_a_refusal_all_the_same(alice_api, monkeypatch, caplog):
    monkeypatch.setattr(audit.insertions, "create", raising(OperationalError("locked")))
    assert alice_api.get(f"/v1/objects/{UNKNOWN}").json() == error("object_not_found")
    assert "could not be recorded" in caplog.text


@pytest.mark.parametrize(("method", "path"), NOT_ALLOWED)
def test_other_methods_are_refused_with_those_that_work(alice_api, method, path):
    answer = alice_api.client.generic(method, path)
    assert (answer.status_code, answer.json()) == (405, error("method_not_allowed"))
    assert answer.headers["Allow"] == ALLOWED[path]


@pytest.mark.parametrize(
    "path", ["", "nothing", "objects/", f"objects/{UNKNOWN}/", f"objects/{UNKNOWN}/nothing", "objects//x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_refused_in_json(alice_api, method, path):
    answer = alice_api.client.generic(method, f"/v1/{path}")
    assert (answer.status_code, answer.json()) == (404, error("not_found"))
    assert answer.headers["Content-Type"] == "application/json"


def test_the_address_of_the_api_itself_is_refused_in_json(alice_api):
    answer = alice_api.get("/v1")
    assert (answer.status_code, answer.json()) == (404, error("not_found"))


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=0.1", "*/*", "nonsense", "image/*"])
def test_accept_is_ignored(alice_api, accept):
    for path, status in [("/v1/objects", 200), ("/v1/objects/x", 404)]:
        answer = alice_api.get(path, Accept=accept)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "nonsense",
        "application/json; charset=latin-1",
    ],
)
def test_a_body_is_json_whatever_it_is_called(alice_api, content_type):
    answer = alice_api.client.generic("POST", "/v1/objects", CREATE, content_type)
    assert (answer.status_code, answer.json()["id"]) == (200, OBJECT_ID)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"true",
        b"1",
        b'"text"',
        b"{",
        b"{}{}",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b"{'name': 1}",
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'\xef\xbb\xbf{"name": "n"}',
        b'{"name": "n",}',
        b"name=n",
        b"\x00",
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        nested(41),
    ],
)
def test_what_is_no_json_object_is_refused(alice_api, body):
    answer = alice_api.post("/v1/objects", body)
    assert (answer.status_code, answer.json()) == (400, error("bad_request"))


def test_a_body_may_have_forty_levels(alice_api):
    assert alice_api.post("/v1/objects", nested(40)).status_code == 200


def test_the_last_of_two_equal_keys_counts(alice_api):
    answer = alice_api.post("/v1/objects", b'{"name": "first", "content_type": "text", "name": "second"}')
    assert answer.json()["name"] == "second"


def test_no_body_has_none_of_the_fields(alice_api):
    assert list(alice_api.post("/v1/objects", b"").json()["errors"]) == ["name", "content_type"]


def test_a_body_that_is_too_large_is_refused(alice_api):
    answer = alice_api.post("/v1/objects", CREATE + b" " * 1024 * 1024)
    assert (answer.status_code, answer.json()) == (413, error("body_too_large"))


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 400), ("br", 400), ("identity", 200)])
def test_an_encoded_body_is_refused(alice_api, encoding, status):
    assert alice_api.post("/v1/objects", CREATE, **{"Content-Encoding": encoding}).status_code == status


def raising(failure: Exception):
    def fail(*args, **kwargs):
        raise failure

    return fail


def test_a_defect_of_ours_is_told_without_its_inside(alice_api, monkeypatch):
    monkeypatch.setattr(listing, "own_list", raising(RuntimeError("the secret inside")))
    answer = alice_api.get("/v1/objects")
    assert (answer.status_code, answer.json()) == (500, error("internal_error"))
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert b"inside" not in answer.content


@pytest.mark.parametrize("refusal", [exceptions.NotAcceptable, exceptions.ParseError])
def test_a_refusal_by_the_framework_is_no_defect_of_ours(alice_api, monkeypatch, refusal):
    monkeypatch.setattr(listing, "own_list", raising(refusal()))
    answer = alice_api.get("/v1/objects")
    assert (answer.status_code, answer.json()) == (400, error("bad_request"))


@pytest.mark.parametrize("failure", [OperationalError("database is locked"), InterfaceError("connection closed")])
def test_a_database_that_does_not_answer_is_worth_another_try(alice_api, monkeypatch, failure):
    monkeypatch.setattr(listing, "own_list", raising(failure))
    answer = alice_api.get("/v1/objects")
    assert (answer.status_code, answer.json()) == (503, error("unavailable"))
    assert answer.headers["Retry-After"] == "2"


def test_a_full_disk_is_told(alice_api, monkeypatch):
    monkeypatch.setattr(inputs.CreateObjectInput, "new_object", raising(OperationalError("database or disk is full")))
    answer = alice_api.post("/v1/objects", CREATE)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


def test_a_key_that_cannot_be_looked_up_is_not_a_wrong_key(alice_api, monkeypatch):
    monkeypatch.setattr("objects_app.operations.keys._load", raising(OperationalError("database is locked")))
    assert alice_api.get("/v1/objects").status_code == 503


def test_head_answers_like_get_without_a_body(alice_api, alice):
    mine = make_object(alice, state=State.UPLOADING)
    for path in ["/v1/objects", f"/v1/objects/{mine.pk}"]:
        head, get = alice_api.client.head(path), alice_api.client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
