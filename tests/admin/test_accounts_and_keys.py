"""Accounts, invitations and API keys in the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from objects_app.models import ApiKey, Role, State
from objects_app.operations import accounts, keys, members
from tests.admin.acting import act, outcomes, shown
from tests.factories import OPERATOR, make_object

KEYS = "/admin/objects_app/apikey/"
INVITATIONS = "/admin/objects_app/invitation/"


@pytest.mark.parametrize("page", ["", "{key}/change/"])
def test_no_page_shows_a_secret_or_its_digest(alice, staff_browser, page):
    response = staff_browser.get("/admin/objects_app/apikey/" + page.format(key=alice.key.pk))
    html = response.content.decode()
    assert f"hld_…{alice.key.last_four}" in html
    assert alice.secret not in html
    assert alice.key.digest not in html


@pytest.mark.parametrize(
    ("life", "found"),
    [
        ("live", {"stale", "soon", "alice's key"}),
        ("stale", {"stale"}),
        ("expiring", {"soon"}),
        ("expired", {"over"}),
        ("revoked", {"dead"}),
    ],
)
def test_keys_are_found_by_where_they_are_in_life(alice, staff_browser, set_clock, life, found):
    now = set_clock(hours=0)
    made = {"stale": {"last_used_at": now - timedelta(days=91)}, "soon": {"expires_at": now + timedelta(days=6)}}
    made |= {"over": {"expires_at": now - timedelta(days=1)}, "dead": {"revoked_at": now}}
    for name, columns in made.items():
        key, _ = keys.create_key(alice.account, name=name, actor=OPERATOR)
        ApiKey.objects.filter(pk=key.pk).update(**columns)
    response = staff_browser.get(KEYS, {"life": life})
    assert {key.name for key in response.context["cl"].result_list} == found


@pytest.mark.parametrize("search", ["ALICE'S", "{key.last_four}", "{key.pk}", "{account.pk}"])
def test_keys_are_found_by_name_ending_and_ids(alice, bob, staff_browser, search):
    word = search.format(key=alice.key, account=alice.account)
    assert shown(staff_browser.get(KEYS, {"q": word})) == [alice.key.pk]


def test_digests_are_not_guessed_bit_by_bit(alice, staff_browser):
    assert staff_browser.get(KEYS, {"digest__startswith": alice.key.digest[:4]}).status_code == 400


def test_an_account_shows_what_it_keeps_and_leads_to_it(alice, staff_browser):
    make_object(alice, content=b"x" * 2048)
    make_object(alice, state=State.DELETED)
    page = staff_browser.get(f"/admin/objects_app/account/{alice.account.pk}/change/").content.decode()
    assert "1 objects, 2.0\xa0KB" in page
    assert f"/admin/objects_app/storedobject/?account__id__exact={alice.account.pk}" in page


def test_the_usage_of_a_large_account_is_told_by_its_newest_objects(alice, staff_browser, monkeypatch):
    monkeypatch.setattr("objects_app.operations.accounts.MOST_COUNTED", 2)
    for _ in range(3):
        make_object(alice)
    page = staff_browser.get(f"/admin/objects_app/account/{alice.account.pk}/change/").content.decode()
    assert "more than 2 objects, 10\xa0bytes in the newest ones" in page


def test_the_usage_is_looked_at_once(alice, staff_browser):
    with CaptureQueriesContext(connection) as asked:
        staff_browser.get(f"/admin/objects_app/account/{alice.account.pk}/change/")
    assert str(asked.captured_queries).count('SELECT "objects_app_storedobject"."size_bytes"') == 1


def test_accounts_are_found_by_the_beginning_of_their_names_and_by_standing(alice, bob, staff_browser):
    accounts.suspend_account(bob.account, actor=OPERATOR)
    for query, found in [({"q": "ALI"}, alice), ({"q": bob.account.pk}, bob), ({"standing": "suspended"}, bob)]:
        assert shown(staff_browser.get("/admin/objects_app/account/", query)) == [found.account.pk]


def test_an_invitation_is_found_and_revoked_and_its_digest_is_shown_nowhere(alice, staff_browser):
    made, _ = members.invite(alice.account, email="new@example.com", role=Role.VIEWER, actor=OPERATOR)
    assert shown(staff_browser.get(INVITATIONS, {"answer": "open", "q": "NEW@"})) == [made.pk]
    page = staff_browser.get(f"{INVITATIONS}{made.pk}/change/").content.decode()
    assert made.digest not in page
    assert outcomes(act(staff_browser, "invitation", "revoke", made)) == [(made.pk, "revoked")]
    assert shown(staff_browser.get(INVITATIONS, {"answer": "revoked"})) == [made.pk]
