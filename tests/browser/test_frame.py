"""What all pages share: the frame, the themes, the keys."""

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW


def test_the_first_page_has_no_violations(visit):
    assert violations(visit("alice")) == []


def test_the_sign_in_page_has_no_violations(visit):
    page = visit()
    page.goto("/accounts/login/")
    assert violations(page) == []


def test_a_question_mark_shows_the_keys_and_escape_hides_them(visit):
    page = visit("alice")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_slash_goes_to_the_search(visit):
    page = visit("alice")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_person_chooses_dark_colours_and_keeps_them(visit):
    page = visit("alice")
    page.get_by_text("alice@example.com").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_phone_opens_the_menu_by_its_button(visit):
    page = visit("alice", viewport=NARROW)
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_without_a_script_the_menu_is_there(visit):
    page = visit("alice", viewport=NARROW, java_script_enabled=False)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
