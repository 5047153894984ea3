"""POST /v1/objects/{id}/download and GET /v1/objects/{id}/download"""

import re
from datetime import timedelta

import pytest

from objects_app.models import AuditEvent, State
from objects_app.signing import milliseconds
from tests.api.shapes import error, signed_url
from tests.factories import Api, make_object

DIALECTS = {
    "documented": lambda api, stored_object, **sent: api.post(f"/v1/objects/{stored_object.pk}/download", sent),
    "sdk": lambda api, stored_object, **sent: api.get(f"/v1/objects/{stored_object.pk}/download", sent),
}


@pytest.fixture(params=DIALECTS)
def ask(request):
    return DIALECTS[request.param]


def expires(answer) -> int:
    return int(re.search(r"&expires=(\d+)&", answer.json()["download_url"])[1])


def test_the_owner_gets_a_url(alice_api, alice, ask):
    mine = make_object(alice)
    answer = ask(alice_api, mine)
    assert (answer.status_code, answer.json()) == (200, {"download_url": signed_url("download", mine.pk)})


def test_a_body_is_not_needed(alice_api, alice):
    answer = alice_api.post(f"/v1/objects/{make_object(alice).pk}/download")
    assert answer.json() == {"download_url": signed_url("download")}


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ({}, 3600),
        ({"expires_in_seconds": 1}, 1),
        ({"duration_seconds": 604800}, 604800),
        ({"expires_in_seconds": 5, "duration_seconds": 9}, 5),
    ],
)
def test_the_url_lives_as_long_as_was_asked(alice, ask, set_clock, sent, seconds):
    now = set_clock()
    answer = ask(Api(alice.secret), make_object(alice), **sent)
    assert expires(answer) == milliseconds(now + timedelta(seconds=seconds))


def test_the_url_ends_with_the_object(alice_api, alice, ask, set_clock):
    now = set_clock()
    answer = ask(alice_api, make_object(alice, time_to_live=timedelta(minutes=1)))
    assert expires(answer) == milliseconds(now + timedelta(minutes=1))


@pytest.mark.parametrize("name", ["expires_in_seconds", "duration_seconds"])
@pytest.mark.parametrize("seconds", [0, -1, 604_801, 2**60, 1.5, "abc", "1h", "٣", "+1", "1e3"])
def test_other_lifetimes_are_refused(alice_api, alice, ask, name, seconds):
    answer = ask(alice_api, make_object(alice), **{name: seconds})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


@pytest.mark.parametrize("seconds", ["3600", True, [], {}])
def test_a_body_has_integers(alice_api, alice, seconds):
    answer = alice_api.post(f"/v1/objects/{make_object(alice).pk}/download", {"expires_in_seconds": seconds})
    assert answer.status_code == 400


@pytest.mark.parametrize("query", ["duration_seconds=", "expires_in_seconds=&disposition=", "unknown=1", "&&=&"])
def test_an_empty_parameter_counts_as_absent(alice_api, alice, query):
    assert alice_api.get(f"/v1/objects/{make_object(alice).pk}/download?{query}").status_code == 200


def test_null_counts_as_absent(alice_api, alice):
    sent = {"expires_in_seconds": None, "duration_seconds": None}
    assert alice_api.post(f"/v1/objects/{make_object(alice).pk}/download", sent).status_code == 200


@pytest.mark.parametrize(("content_type", "inline"), [("text", 1), ("image/png", 1), ("text/html", 0), ("tgz", 0)])
def test_only_inert_types_are_shown_inline(alice_api, alice, ask, content_type, inline):
    answer = ask(alice_api, make_object(alice, content_type=content_type), disposition="inline")
    assert f"&inline={inline}&" in answer.json()["download_url"]


def test_another_disposition_is_refused(alice_api, alice, ask):
    answer = ask(alice_api, make_object(alice), disposition="form-data")
    assert answer.json() == error("invalid", errors={"disposition": ["This must be one of attachment, inline."]})


@pytest.mark.parametrize("state", [State.UPLOADING, State.ERROR, State.DELETED])
def test_only_content_has_a_url(alice_api, alice, ask, state):
    answer = ask(alice_api, make_object(alice, state=state))
    assert (answer.status_code, answer.json()) == (400, error("not_downloadable"))


def test_past_its_time_there_is_no_url(alice_api, alice, ask, set_clock):
    mine = make_object(alice, time_to_live=timedelta(minutes=1))
    set_clock(minutes=2)
    assert ask(alice_api, mine).json() == error("not_downloadable")


def test_nobody_gets_a_url_without_a_key(anonymous_api, alice, ask):
    answer = ask(anonymous_api, make_object(alice, is_public=True), expires_in_seconds=0)
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))


@pytest.mark.parametrize(("is_public", "status"), [(False, 404), (True, 200)])
def test_a_stranger_gets_the_url_of_a_public_object_alone(bob_api, alice, ask, is_public, status):
    assert ask(bob_api, make_object(alice, is_public=is_public)).status_code == status


def test_a_key_that_only_writes_gets_no_url(writer_api, alice, ask):
    answer = ask(writer_api, make_object(alice, is_public=True))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_every_url_is_recorded(bob_api, alice, bob, ask):
    theirs = make_object(alice, is_public=True)
    ask(bob_api, theirs)
    event = AuditEvent.objects.get(action="object.download_url_issued")
    assert (event.target_id, event.account_id, event.actor_id) == (theirs.pk, alice.account.pk, bob.key.pk)


def test_a_url_takes_two_statements(alice_api, alice, ask, django_assert_num_queries):
    mine = make_object(alice)
    alice_api.get("/v1/objects")  # the key is known from here on
    with django_assert_num_queries(2):  # the object, the event
        ask(alice_api, mine)


@pytest.mark.parametrize(("apart", "inline"), [("https://content.example.com", 1), ("", 0)])
def test_a_pdf_is_shown_from_the_content_host_or_saved(alice, alice_api, settings, apart, inline):
    settings.CONTENT_BASE_URL = apart
    pdf = make_object(alice, content_type="application/pdf")
    answer = alice_api.get(f"/v1/objects/{pdf.pk}/download", {"disposition": "inline"})
    url = answer.json()["download_url"]
    assert url.startswith(f"{apart or settings.PUBLIC_BASE_URL}/download/{pdf.pk}?")
    assert f"&inline={inline}&" in url
