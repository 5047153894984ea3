"""/docs/: the API's description, from this site's own files, for everybody or for who is signed in."""

import html
import re

import pytest
from django.db import OperationalError, connection

from objects_app.errors import every_kind

PAGE = "/docs/"
FILE = "/docs/openapi.yaml"
ERRORS = "/docs/errors/"
CLIENTS = "/docs/sdk/"


def test_the_page_loads_nothing_from_elsewhere_and_has_no_script_of_its_own(client, db):
    page = client.get(PAGE).content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(re.match(r"[/?#](?!/)", address) for address in addresses)
    assert re.findall(r"<script[^>]*>([^<]+)", page) == []
    assert "<style" not in page


def test_what_the_page_loads_is_there(client, db):
    page = client.get(PAGE).content.decode()
    for address in re.findall(r'(?:src|href)="(/static/[^"]*)"', page):
        answer = client.get(address)
        answer.close()
        assert answer.status_code == 200, address


@pytest.mark.parametrize("accept", ["application/json", "nonsense", ""])
def test_the_page_is_html_whatever_the_reader_accepts(client, db, accept):
    answer = client.get(PAGE, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_the_icon_that_browsers_ask_for_is_there(client, db):
    icon = client.get("/favicon.ico", follow=True)
    icon.close()
    assert (icon.status_code, icon.headers["Content-Type"]) == (200, "image/svg+xml")


def test_only_its_styles_are_freed_from_the_strict_policy(client, db):
    strict = client.get(FILE).headers["Content-Security-Policy"]
    eased = client.get(PAGE).headers["Content-Security-Policy"]
    assert set(eased.split("; ")) - set(strict.split("; ")) == {"style-src 'self' 'unsafe-inline'"}


def test_a_stranger_is_sent_to_sign_in_where_the_documents_are_not_public(client, db, settings):
    settings.DOCS_PUBLIC = False
    for path in (PAGE, FILE, ERRORS, CLIENTS):
        assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_who_is_signed_in_reads_documents_that_are_not_public(client, alice, settings):
    settings.DOCS_PUBLIC = False
    client.force_login(alice.user)
    assert [client.get(path).status_code for path in (PAGE, FILE, ERRORS, CLIENTS)] == [200] * 4


def test_a_member_reads_in_the_frame_and_others_under_a_plain_header(client, alice_browser):
    for path in (PAGE, ERRORS, CLIENTS):
        assert 'aria-label="Pages"' in alice_browser.get(path).content.decode()
        assert "/accounts/login/?next=" in client.get(path).content.decode()


def test_the_page_of_the_api_swaps_no_parts_under_its_eased_policy(alice_browser):
    assert '<div class="frame" hx-boost="false"' in alice_browser.get(PAGE).content.decode()


def test_every_error_is_in_the_catalogue_with_what_to_do(client, db):
    page = html.unescape(client.get(ERRORS).content.decode())
    for error in every_kind():
        assert f'<tr id="{error.code}"><td>{error.status}</td>' in page
        assert error.message in page
        assert error.remedy.replace("`", "") in re.sub("</?code>", "", page)


def test_the_clients_are_shown_this_servers_address(client, db, settings):
    page = client.get(CLIENTS).content.decode()
    assert f"export RUNLOOP_BASE_URL={settings.PUBLIC_BASE_URL}" in page
    assert f"curl {settings.PUBLIC_BASE_URL}/v1/objects" in page


@pytest.mark.parametrize(
    ("base_url", "warns"),
    [
        ("https://api.example.com", False),
        ("http://api.example.com", True),
        ("https://api.example.com:8443", True),
        ("https://objects.example.com", True),
    ],
)
def test_an_address_that_the_command_line_client_refuses_is_told_as_such(client, db, settings, base_url, warns):
    settings.PUBLIC_BASE_URL = base_url
    assert ("accepts no other address" in client.get(CLIENTS).content.decode()) is warns


def test_documents_need_no_database_unless_somebody_is_signed_in(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        client.get(ERRORS)


def test_a_database_that_is_busy_is_told_as_such(alice_browser):
    def fail(*_):
        raise OperationalError("database is locked")

    with connection.execute_wrapper(fail):
        assert alice_browser.get(ERRORS).status_code == 503
