"""API keys in a browser: made, used, rotated, revoked."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from objects_app.operations.keys import SECRET
from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW


def use(page: Page, secret: str) -> int:
    """The status of a list that a program asks for with the key."""
    base_url = re.match(r"https?://[^/]+", page.url)[0]
    return httpx.get(f"{base_url}/v1/objects", headers={"Authorization": f"Bearer {secret}"}).status_code


def make_key(page: Page, name: str) -> str:
    page.goto("/keys/")
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("In 90 days").check()
    page.get_by_role("button", name="Create key").click()
    secret = page.get_by_label("API key", exact=True).input_value()
    assert SECRET.fullmatch(secret)
    return secret


def open_menu(page: Page, name: str, action: str) -> None:
    page.goto("/keys/")
    row = page.get_by_role("row", name=name).first
    row.locator("summary").click()
    row.get_by_role("link", name=action).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_key_is_made_used_rotated_and_revoked(visit, script):
    name = f"life of a key, {script}"
    page = visit("carol", java_script_enabled=script)
    old = make_key(page, name)
    assert use(page, old) == 200
    open_menu(page, name, "Rotate")
    page.get_by_label("At once").check()
    page.get_by_role("button", name="Rotate").click()
    new = page.get_by_label("API key", exact=True).input_value()
    assert (use(page, old), use(page, new)) == (401, 200)
    open_menu(page, name, "Revoke")
    page.get_by_role("button", name="Revoke this key").click()
    expect(page.get_by_text("it is refused from now on")).to_be_visible()
    assert use(page, new) == 401


def test_the_secret_is_gone_when_one_comes_back(visit):
    page = visit("alice")
    secret = make_key(page, "seen once")
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="New API key")).to_be_visible()
    assert secret not in page.content()


def test_the_lines_for_the_environment_are_copied(visit):
    page = visit("alice", permissions=["clipboard-read", "clipboard-write"])
    secret = make_key(page, "copied")
    page.get_by_role("button", name="Copy the lines for the environment").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"export RUNLOOP_BASE_URL=http://\S+\nexport RUNLOOP_API_KEY={secret}", copied)


def test_the_pages_have_no_violations(visit):
    page = visit("alice")
    make_key(page, "looked at")
    found = violations(page)
    for address in ("/keys/", "/keys/new"):
        page.goto(address)
        found += violations(page)
    open_menu(page, "looked at", "Revoke")
    assert found + violations(page) == []


def test_nothing_sticks_out_on_a_phone(visit):
    page = visit("alice", viewport=NARROW)
    make_key(page, "a name that is much longer than a phone is wide, and then some")
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.goto("/keys/")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    assert max(widths) <= NARROW["width"]
