"""/docs/: the API's description, from this site's own files, for everybody or for who is signed in."""

import re

import pytest

PAGE = "/docs/"
FILE = "/docs/openapi.yaml"


def test_the_page_loads_nothing_from_elsewhere_and_has_no_script_of_its_own(client, db):
    page = client.get(PAGE).content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(addresses) == 4
    assert all(re.match(r"/(static|docs)/", address) for address in addresses)
    assert re.findall(r"<script[^>]*>([^<]+)", page) == []
    assert "<style" not in page


def test_what_the_page_loads_is_there(client, db):
    page = client.get(PAGE).content.decode()
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
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
    for path in (PAGE, FILE):
        assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_who_is_signed_in_reads_documents_that_are_not_public(client, alice, settings):
    settings.DOCS_PUBLIC = False
    client.force_login(alice.user)
    assert [client.get(path).status_code for path in (PAGE, FILE)] == [200, 200]
