"""/keys/: the list, a new key, rotation, revocation."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from objects_app.models import ApiKey, AuditEvent, KeyUse
from objects_app.operations import keys
from tests.factories import OPERATOR, Api, Person

SECRET = re.compile(keys.SECRET.pattern)


def fill_up(person: Person) -> None:
    for number in range(keys.LIVE_KEYS_AT_MOST - 1):
        keys.create_key(person.account, name=f"key {number}", actor=OPERATOR)


def new_key(browser: Client, **fields):
    wanted = {"name": "ci", "scopes": ["objects:read"], "lifetime": "90"} | fields
    return browser.post("/keys/new", wanted)


def secret_in(response) -> str:
    return SECRET.search(response.content.decode())[0]


def test_the_list_shows_a_key_with_its_last_use_and_without_its_secret(alice, alice_browser):
    KeyUse.objects.create(key=alice.key, address="192.0.2.7")
    page = alice_browser.get("/keys/").content.decode()
    assert all(part in page for part in ["alice&#x27;s key", f"hld_…{alice.key.last_four}", "192.0.2.7", "just now"])
    assert SECRET.search(page) is None


def test_the_list_takes_four_queries(alice, alice_browser, django_assert_num_queries):
    fill_up(alice)
    with django_assert_num_queries(4):  # the session, the person, the accounts, the keys
        alice_browser.get("/keys/")


def test_a_use_that_was_rolled_up_is_shown_too(alice, alice_browser):
    ApiKey.objects.update(last_used_at=alice.key.created_at, last_used_from="192.0.2.9")
    assert "192.0.2.9" in alice_browser.get("/keys/").content.decode()


def test_an_account_without_keys_is_shown_the_first_call(alice, alice_browser, settings):
    keys.revoke_key(alice.key, actor=OPERATOR)
    page = alice_browser.get("/keys/").content.decode()
    assert f"curl {settings.PUBLIC_BASE_URL}/v1/objects" in page


def test_ended_keys_are_listed_apart(alice, alice_browser):
    keys.revoke_key(alice.key, actor=OPERATOR)
    page = alice_browser.get("/keys/?show=ended").content.decode()
    assert "Revoked" in page
    assert alice.key.last_four in page


def test_a_new_key_works_and_is_shown_once(alice, alice_browser):
    secret = secret_in(new_key(alice_browser))
    assert Api(secret).get("/v1/objects").status_code == 200
    assert secret not in alice_browser.get("/keys/").content.decode()


def test_the_answer_with_the_secret_is_kept_in_no_cache(alice, alice_browser):
    response = new_key(alice_browser)
    assert "no-store" in response.headers["Cache-Control"]


def test_the_answer_holds_the_lines_for_the_environment(alice, alice_browser, settings):
    response = new_key(alice_browser)
    page = response.content.decode()
    assert f"export RUNLOOP_BASE_URL={settings.PUBLIC_BASE_URL}" in page
    assert f"export RUNLOOP_API_KEY={secret_in(response)}" in page


def test_a_new_key_has_the_scopes_and_the_lifetime_that_were_chosen(alice, alice_browser):
    new_key(alice_browser)
    key = ApiKey.objects.get(name="ci")
    assert (key.scopes, key.created_by) == ({"objects:read"}, alice.user.email)
    assert key.expires_at - key.created_at == pytest.approx(timedelta(days=90), abs=timedelta(seconds=5))


def test_a_key_may_live_for_ever(alice, alice_browser):
    new_key(alice_browser, lifetime="")
    assert ApiKey.objects.get(name="ci").expires_at is None


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "a\x07b"}, {"scopes": []}, {"scopes": ["keys:manage"]}, {"lifetime": "9999"}]
)
def test_what_makes_no_key_is_said_beside_the_field(alice, alice_browser, wrong):
    page = new_key(alice_browser, **wrong).content.decode()
    assert 'class="problem"' in page
    assert ApiKey.objects.count() == 1


def test_the_twenty_first_key_is_refused_in_words(alice, alice_browser):
    fill_up(alice)
    assert "at most 20 live keys" in new_key(alice_browser).content.decode()


def test_a_full_list_offers_no_new_key(alice, alice_browser):
    fill_up(alice)
    page = alice_browser.get("/keys/").content.decode()
    assert "All 20 keys" in page
    assert "/keys/new" not in page


def test_rotation_shows_a_new_secret_and_leaves_the_old_one_its_hour(alice, alice_browser):
    response = alice_browser.post(f"/keys/{alice.key.pk}/rotate", {"overlap": "3600"})
    statuses = [Api(secret).get("/v1/objects").status_code for secret in (secret_in(response), alice.secret)]
    assert statuses == [200, 200]
    assert "Being replaced" in alice_browser.get("/keys/").content.decode()


def test_rotation_at_once_ends_the_old_key_even_where_no_room_is_left(alice, alice_browser):
    fill_up(alice)
    response = alice_browser.post(f"/keys/{alice.key.pk}/rotate", {"overlap": "0"})
    assert Api(alice.secret).get("/v1/objects").status_code == 401
    assert Api(secret_in(response)).get("/v1/objects").status_code == 200


def test_rotation_with_an_overlap_needs_room(alice, alice_browser):
    fill_up(alice)
    page = alice_browser.post(f"/keys/{alice.key.pk}/rotate", {"overlap": "3600"}).content.decode()
    assert "end the old one at once" in page
    assert AuditEvent.objects.filter(action="key.rotated").count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_key_that_ended_is_not_rotated(alice, alice_browser, method):
    keys.revoke_key(alice.key, actor=OPERATOR)
    response = getattr(alice_browser, method)(f"/keys/{alice.key.pk}/rotate", {"overlap": "0"}, follow=True)
    assert response.redirect_chain == [("/keys/", 302)]
    assert ApiKey.objects.count() == 1


def test_an_overlap_of_ones_own_invention_is_refused(alice, alice_browser):
    page = alice_browser.post(f"/keys/{alice.key.pk}/rotate", {"overlap": "99999999"}).content.decode()
    assert 'class="problem"' in page


def test_revocation_says_first_when_and_from_where_the_key_was_used(alice, alice_browser):
    KeyUse.objects.create(key=alice.key, address="192.0.2.7")
    page = alice_browser.get(f"/keys/{alice.key.pk}/revoke").content.decode()
    assert "192.0.2.7" in page
    assert ApiKey.objects.get().revoked_at is None


def test_a_revoked_key_is_refused_and_who_did_it_is_recorded(alice, alice_browser):
    alice_browser.post(f"/keys/{alice.key.pk}/revoke")
    assert Api(alice.secret).get("/v1/objects").status_code == 401
    assert AuditEvent.objects.get(action="key.revoked").actor_label == alice.user.email


def test_revoking_twice_says_so(alice, alice_browser):
    keys.revoke_key(alice.key, actor=OPERATOR)
    response = alice_browser.post(f"/keys/{alice.key.pk}/revoke", follow=True)
    assert [str(message) for message in response.context["messages"]] == ["“alice's key” is revoked."]


@pytest.mark.parametrize("action", ["rotate", "revoke"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_strangers_key_is_not_there(alice, bob_browser, action, method):
    response = getattr(bob_browser, method)(f"/keys/{alice.key.pk}/{action}", {"overlap": "0"})
    assert response.status_code == 404
    assert Api(alice.secret).get("/v1/objects").status_code == 200


@pytest.mark.parametrize("role", ["viewer", "member"])
@pytest.mark.parametrize("address", ["/keys/", "/keys/new", "/keys/{key}/revoke", "/keys/{key}/rotate"])
def test_lower_roles_see_no_keys(alice, alice_browser, role, address):
    alice.membership.role = role
    alice.membership.save(update_fields=["role"])
    assert alice_browser.get(address.format(key=alice.key.pk)).status_code == 403
    assert "/keys/" not in alice_browser.get("/").content.decode()


def test_an_admin_manages_keys(alice, alice_browser):
    alice.membership.role = "admin"
    alice.membership.save(update_fields=["role"])
    assert SECRET.search(new_key(alice_browser).content.decode())


def test_who_is_not_signed_in_is_sent_to_sign_in(db):
    assert Client().get("/keys/").headers["Location"] == "/accounts/login/?next=/keys/"
