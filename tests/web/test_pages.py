"""What every page keeps to."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from objects_app import request_id
from objects_app.errors import InternalError
from objects_app.web.errors import error_page
from tests.factories import PASSWORD, make_object

INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE
)


@pytest.fixture
def pages(alice, alice_browser) -> list:
    stored_object = make_object(alice)
    several = f"/objects/delete?object={stored_object.pk}"
    addresses = [
        "/",
        "/?search=nothing",
        f"/objects/{stored_object.pk}/delete",
        several,
        "/upload/",
        "/uploads/",
        "/nowhere",
    ]
    return [alice_browser.get(address) for address in addresses] + [Client().get("/accounts/login/")]


def test_no_page_holds_inline_script_or_style(pages):
    for page in pages:
        assert not INLINE.search(page.content.decode())


def test_every_page_is_under_the_strict_policy(pages):
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("address", ["/", "/objects/{}/", "/upload/", "/settings/", "/accounts/2fa/webauthn/add/"])
def test_the_scripts_of_a_page_are_small(alice, alice_browser, address):
    alice_browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = alice_browser.get(address.format(make_object(alice).pk)).content.decode()
    scripts = [Path(finders.find(each)) for each in re.findall(r'<script src="/static/([^"]+)"', page)]
    assert len(scripts) > 2
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 60_000


def test_pages_of_people_are_kept_in_no_cache(alice_browser):
    assert "no-store" in alice_browser.get("/").headers["Cache-Control"]


def test_every_field_has_a_label(pages):
    for page in pages:
        html = page.content.decode()
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
        assert set(re.findall(r'<(?:input|select)(?![^>]*hidden)[^>]* id="([^"]+)"', html)) <= labelled


def test_an_unknown_address_answers_a_page_with_the_request_id(alice_browser):
    response = alice_browser.get("/nowhere", headers={"x-request-id": "req-1"})
    assert response.status_code == 404
    assert ">req-1</code>" in response.content.decode()


def test_an_error_page_needs_neither_session_nor_database():
    request_id.current.set("req-2")
    response = error_page(RequestFactory().get("/"), InternalError())
    assert response.status_code == 500
    assert ">req-2</code>" in response.content.decode()


def test_a_database_that_is_busy_is_told_as_such(alice_browser):
    def fail(*_):
        raise OperationalError("database is locked")

    with connection.execute_wrapper(fail):
        response = alice_browser.get("/")
    assert response.status_code == 503
