"""POST /v1/objects/{id}/upload_url"""

from datetime import timedelta

import pytest

from objects_app.models import AuditEvent, State, StoredObject
from objects_app.signing import milliseconds
from tests.api.shapes import Whole, error, signed_url, unfinished
from tests.factories import make_object


def renew(api, stored_object, body=None):
    return api.post(f"/v1/objects/{stored_object.pk}/upload_url", body)


@pytest.mark.parametrize("body", [b"", {}])
def test_an_upload_gets_a_fresh_url(alice_api, alice, body):
    mine = make_object(alice, state=State.UPLOADING)
    answer = renew(alice_api, mine, body)
    assert answer.status_code == 200
    assert answer.json() == unfinished(
        upload_url=signed_url("upload", mine.pk), upload_headers=None, upload_expires_time_ms=Whole()
    )


def test_the_fresh_url_lives_an_hour_from_now(alice_api, alice, set_clock):
    mine = make_object(alice, state=State.UPLOADING)
    now = set_clock(hours=3)
    assert renew(alice_api, mine).json()["upload_expires_time_ms"] == milliseconds(now + timedelta(hours=1))


def test_asking_keeps_the_upload_from_the_sweep(alice_api, alice, set_clock):
    mine = make_object(alice, state=State.UPLOADING)
    now = set_clock(hours=3)
    renew(alice_api, mine)
    assert StoredObject.objects.get(pk=mine.pk).last_activity_at == now


@pytest.mark.parametrize("state", [State.READ_ONLY, State.ERROR, State.DELETED])
def test_only_an_upload_gets_a_url(alice_api, alice, state):
    answer = renew(alice_api, make_object(alice, state=state))
    assert (answer.status_code, answer.json()) == (409, error("not_uploading"))
    assert answer.headers["x-should-retry"] == "false"


def test_past_its_time_there_is_no_url(alice_api, alice, set_clock):
    mine = make_object(alice, state=State.UPLOADING, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert renew(alice_api, mine).status_code == 409


def test_nobody_gets_a_url_without_a_key(anonymous_api, alice):
    assert renew(anonymous_api, make_object(alice, state=State.UPLOADING)).json() == error("not_authenticated")


@pytest.mark.parametrize(
    ("state", "is_public", "status"),
    [(State.UPLOADING, False, 404), (State.UPLOADING, True, 404), (State.READ_ONLY, True, 403)],
)
def test_a_stranger_gets_no_url(bob_api, alice, state, is_public, status):
    assert renew(bob_api, make_object(alice, state=state, is_public=is_public)).status_code == status


def test_a_key_that_only_reads_gets_no_url(reader_api, alice):
    answer = renew(reader_api, make_object(alice, state=State.UPLOADING))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_every_url_is_recorded(alice_api, alice):
    mine = make_object(alice, state=State.UPLOADING)
    renew(alice_api, mine)
    assert AuditEvent.objects.get(action="object.upload_url_issued").target_id == mine.pk


def test_a_url_takes_six_statements(alice_api, alice, django_assert_num_queries):
    mine = make_object(alice, state=State.UPLOADING)
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(6):  # the object, begin, its activity, the object as it is, the event, end
        renew(alice_api, mine)
