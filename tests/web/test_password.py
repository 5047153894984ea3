"""Changing a password and choosing a new one by a link."""

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from objects_app.models import AuditEvent
from tests.factories import PASSWORD

NEW = "a wholly different sentence"


def reset_link(email: str = "Alice@example.com") -> str:
    out = StringIO()
    call_command("reset_link", email, stdout=out)
    return "/" + out.getvalue().strip().split("/", 3)[3]


def choose(link: str, password: str = NEW):
    browser = Client()
    form = browser.get(link, follow=True)
    where = form.redirect_chain[-1][0] if form.redirect_chain else link
    return browser.post(where, {"password1": password, "password2": password})


def test_the_link_of_the_command_sets_a_new_password(alice):
    assert choose(reset_link()).status_code == 302
    alice.user.refresh_from_db()
    assert alice.user.check_password(NEW)
    made = list(AuditEvent.objects.filter(action__startswith="user.").values_list("action", flat=True))
    assert made == ["user.password_changed", "user.reset_link_made"]


def test_the_link_works_once(alice):
    link = reset_link()
    choose(link)
    assert "This link does not work" in Client().get(link).content.decode()


def test_the_command_knows_only_people_who_may_sign_in(alice):
    with pytest.raises(CommandError, match="Nobody"):
        reset_link("nobody@example.com")


def test_without_a_mail_server_the_page_names_the_command(client, db):
    assert "manage.py reset_link" in client.get("/accounts/password/reset/").content.decode()


def test_with_a_mail_server_the_link_is_mailed_and_strangers_see_no_difference(alice, settings):
    settings.MAIL_IS_ON = True
    known, unknown = (
        Client().post("/accounts/password/reset/", {"email": email}) for email in ("alice@example.com", "x@example.com")
    )
    assert known.headers["Location"] == unknown.headers["Location"] == "/accounts/password/reset/done/"
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]
    assert re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)


def test_a_person_changes_their_password(alice, alice_browser):
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert alice_browser.post("/accounts/password/change/", form).status_code == 302
    assert AuditEvent.objects.first().action == "user.password_changed"


def test_the_old_password_is_asked_for(alice, alice_browser):
    form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert alice_browser.post("/accounts/password/change/", form).context["form"].errors
