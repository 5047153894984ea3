"""Who calls: API keys under /v1, and nothing else."""

from datetime import timedelta

import pytest
from django.test import Client

from objects_app import clock
from objects_app.operations import accounts, keys
from tests.api.shapes import error
from tests.factories import OPERATOR, Api, make_object

UNKNOWN = keys.PREFIX + "A" * 43 + keys.checksum("A" * 43)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Bearer {UNKNOWN}",
        f"Bearer {UNKNOWN[:-1]}",
        "Basic YTpi",
        "Token x",
        "Bearer é",
        "Bearer a b c",
        "\x00",
        "Bearer " + "x" * 10000,
    ],
)
def test_other_credentials_are_refused(anonymous_api, header):
    answer = anonymous_api.get("/v1/objects", Authorization=header)
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(alice, scheme):
    answer = Client(headers={"Authorization": f"{scheme} {alice.secret}"}).get("/v1/objects")
    assert answer.status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer:", "bear"])
def test_another_scheme_carries_no_key(alice, scheme):
    answer = Client(headers={"Authorization": f"{scheme} {alice.secret}"}).get("/v1/objects")
    assert answer.status_code == 401


@pytest.mark.parametrize("changed", [lambda key: key[:-1], lambda key: key.lower(), lambda key: f"{key}x"])
def test_a_key_is_taken_to_the_letter(alice, changed):
    assert Api(changed(alice.secret)).get("/v1/objects").status_code == 401


def test_a_key_elsewhere_is_no_key(anonymous_api, alice):
    anonymous_api.client.cookies["Authorization"] = f"Bearer {alice.secret}"
    answer = anonymous_api.get(
        "/v1/objects", {"key": alice.secret, "access_token": alice.secret}, **{"X-Api-Key": alice.secret}
    )
    assert answer.status_code == 401


def test_a_browser_s_session_alone_is_nobody(alice):
    browser = Client()
    browser.force_login(alice.user)
    assert browser.get("/v1/objects").json() == error("not_authenticated")
    assert browser.post("/v1/objects", {}, content_type="application/json").status_code == 401


def test_a_session_beside_a_key_changes_nothing(alice, bob):
    browser = Client(headers={"Authorization": f"Bearer {bob.secret}"}, enforce_csrf_checks=True)
    browser.force_login(alice.user)
    mine = make_object(alice)
    assert browser.get(f"/v1/objects/{mine.pk}").status_code == 404
    made = browser.post("/v1/objects", {"name": "n", "content_type": "text"}, content_type="application/json")
    assert made.status_code == 200


def test_a_revoked_key_is_dead_at_the_next_call(alice_api, alice):
    assert alice_api.get("/v1/objects").status_code == 200
    keys.revoke_key(alice.key, actor=OPERATOR)
    assert alice_api.get("/v1/objects").status_code == 401


def test_the_keys_of_a_suspended_account_are_dead_until_it_is_resumed(alice_api, alice):
    assert alice_api.get("/v1/objects").status_code == 200
    accounts.suspend_account(alice.account, actor=OPERATOR)
    assert alice_api.get("/v1/objects").json() == error("not_authenticated")
    accounts.resume_account(alice.account, actor=OPERATOR)
    assert alice_api.get("/v1/objects").status_code == 200


def test_a_key_is_dead_when_its_time_has_come(alice, set_clock):
    expires_at = clock.after(timedelta(minutes=1))
    _, secret = keys.create_key(alice.account, name="short", actor=OPERATOR, expires_at=expires_at)
    set_clock(minutes=2)
    assert Api(secret).get("/v1/objects").status_code == 401


def test_all_keys_of_an_account_see_the_same_objects(alice, reader_api):
    mine = make_object(alice)
    assert reader_api.get(f"/v1/objects/{mine.pk}").status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "trace"])
def test_the_key_comes_before_method_body_and_object(anonymous_api, method):
    answer = getattr(anonymous_api.client, method)("/v1/objects/obj_none/complete")
    assert (answer.status_code, answer.json()) == (401, error("not_authenticated"))


def test_what_a_limited_key_does_not_see_stays_unseen(reader_api, writer_api, bob):
    theirs = make_object(bob)
    assert reader_api.delete(f"/v1/objects/{theirs.pk}").json() == error("object_not_found")
    assert writer_api.get(f"/v1/objects/{theirs.pk}").json() == error("object_not_found")
