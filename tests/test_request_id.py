"""The request id: on every answer, the client's own where it sent a usable one."""

import pytest

from objects_app.models import AuditEvent
from tests.api.shapes import REQUEST_ID
from tests.factories import make_object


@pytest.mark.parametrize("path", ["/v1/objects", "/v1/objects/x", "/v1/nothing", "/nothing", "/healthz"])
def test_every_answer_has_one(anonymous_api, path):
    assert anonymous_api.get(path).headers["X-Request-Id"] == REQUEST_ID


@pytest.mark.parametrize("given", ["x", "stainless-node-retry-9f0", "x" * 200, "<script>", "a/b?c=d"])
def test_the_client_s_own_is_echoed(alice_api, given):
    answer = alice_api.get("/v1/objects/x", **{"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "x" * 201, "é", "a\tb", "a\x00"])
def test_an_odd_one_is_replaced(alice_api, given):
    answer = alice_api.get("/v1/objects/x", **{"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == REQUEST_ID


def test_two_requests_have_two(anonymous_api):
    first, second = (anonymous_api.get("/v1/objects").headers["X-Request-Id"] for _ in range(2))
    assert first != second


def test_events_carry_it(alice_api, alice):
    alice_api.delete(f"/v1/objects/{make_object(alice).pk}", **{"X-Request-Id": "mine"})
    assert AuditEvent.objects.get(action="object.deleted").request_id == "mine"
