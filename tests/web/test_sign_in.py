"""Signing in and out."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from objects_app.models import AuditEvent
from objects_app.web import sign_in
from tests.factories import PASSWORD, make_object


def try_to_sign_in(browser: Client, email: str = "alice@example.com", password: str = PASSWORD, **request):
    return browser.post("/accounts/login/", {"login": email, "password": password}, **request)


def is_signed_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def problems(response) -> list[str]:
    return list(response.context["form"].non_field_errors())


def fail(times: int, **request) -> None:
    for _ in range(times):
        try_to_sign_in(Client(), password="wrong", **request)


def test_a_person_signs_in_by_address_in_any_case_and_password(alice):
    browser = Client()
    response = try_to_sign_in(browser, "Alice@Example.com")
    assert response.headers["Location"] == "/"
    assert is_signed_in(browser)


def test_signing_in_leads_to_the_page_that_was_asked_for(alice):
    browser = Client()
    asked = browser.get("/?search=notes").headers["Location"]
    assert asked == "/accounts/login/?next=/%3Fsearch%3Dnotes"
    response = browser.post(asked, {"login": "alice@example.com", "password": PASSWORD})
    assert response.headers["Location"] == "/?search=notes"


def test_signing_in_leads_to_no_other_site(alice):
    page = "/accounts/login/?next=https://evil.example/"
    response = Client().post(page, {"login": "alice@example.com", "password": PASSWORD})
    assert response.headers["Location"] == "/"


def test_a_form_sent_by_nobody_leads_to_the_list_after_signing_in(alice):
    stored_object = make_object(alice)
    response = Client().post(f"/objects/{stored_object.pk}/publish")
    assert response.headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("action", ["publish", "unpublish", "download", "delete"])
def test_nobody_changes_anything_without_signing_in(alice, action):
    stored_object = make_object(alice)
    assert Client().post(f"/objects/{stored_object.pk}/{action}").status_code == 302
    before = stored_object.state
    stored_object.refresh_from_db()
    assert (stored_object.state, stored_object.is_public) == (before, False)


def test_unknown_address_wrong_password_and_locked_out_person_read_the_same(alice, bob):
    bob.user.is_active = False
    bob.user.save(update_fields=["is_active"])
    unknown = try_to_sign_in(Client(), "nobody@example.com")
    wrong = try_to_sign_in(Client(), password="wrong")
    locked_out = try_to_sign_in(Client(), "bob@example.com")
    assert problems(unknown) == problems(wrong) == problems(locked_out) == [sign_in.WRONG]


def test_ten_failures_lock_the_address_even_for_the_right_password(alice):
    fail(10)
    assert problems(try_to_sign_in(Client())) == [sign_in.WAIT]


def test_nine_failures_do_not_lock(alice):
    fail(9)
    assert try_to_sign_in(Client()).status_code == 302


def test_an_unknown_address_is_locked_alike(db):
    fail(10, email="nobody@example.com")
    assert problems(try_to_sign_in(Client(), "nobody@example.com")) == [sign_in.WAIT]


def test_the_lock_concerns_one_network_address_and_one_person(alice, bob):
    fail(10)
    assert try_to_sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert try_to_sign_in(Client(), "bob@example.com").status_code == 302


def test_another_spelling_of_the_address_is_no_way_around_the_lock(alice):
    fail(10, email="ALICE@example.com")
    assert problems(try_to_sign_in(Client())) == [sign_in.WAIT]


def test_many_attempts_stop_a_network_address_whomever_they_name(alice, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/10m/ip"}
    for name in ["one", "two", "three"]:
        fail(1, email=f"{name}@example.com")
    answer = try_to_sign_in(Client())
    assert (answer.status_code, "Too many" in answer.content.decode()) == (429, True)
    assert try_to_sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_success_forgets_the_failures(alice):
    fail(9)
    try_to_sign_in(Client())
    fail(9)
    assert try_to_sign_in(Client()).status_code == 302


def test_signing_out_ends_the_session(alice_browser):
    response = alice_browser.post("/accounts/logout/")
    assert response.headers["Location"] == "/accounts/login/"
    assert not is_signed_in(alice_browser)


def test_signing_out_takes_a_form(alice_browser):
    assert alice_browser.get("/accounts/logout/").status_code == 200
    assert is_signed_in(alice_browser)


def test_signing_in_takes_a_csrf_token(alice):
    assert try_to_sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def actions(**filters) -> list[str]:
    return list(AuditEvent.objects.filter(action__startswith="user.", **filters).values_list("action", flat=True))


def test_signing_in_and_out_are_events(alice):
    browser = Client()
    try_to_sign_in(browser, REMOTE_ADDR="192.0.2.7")
    browser.post("/accounts/logout/", REMOTE_ADDR="192.0.2.7")
    of_alice = {"actor_label": "alice@example.com", "address": "192.0.2.7"}
    about_her = {"target_type": "user", "target_label": "alice@example.com"}
    assert actions(**of_alice, **about_her) == ["user.signed_out", "user.signed_in"]


def test_a_failure_is_an_event_that_names_the_address_tried(db):
    fail(1, email="Nobody@example.com")
    event = AuditEvent.objects.get()
    assert (event.action, event.details) == (
        "user.sign_in_failed",
        {"email": "nobody@example.com", "factor": "password"},
    )


def test_guesses_during_a_lock_add_no_events(alice):
    fail(12)
    assert sorted(actions()) == ["user.locked_out", *["user.sign_in_failed"] * 10]


def test_the_lock_ends_after_ten_minutes(alice):
    fail(10)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=11))
    assert try_to_sign_in(Client()).status_code == 302


@pytest.mark.parametrize("address", ["signup/", "email/", "sessions/", "3rdparty/signup/", "confirm-email/"])
def test_nobody_signs_up_and_nobody_adds_addresses(alice_browser, address):
    assert alice_browser.get(f"/accounts/{address}").status_code == 404
