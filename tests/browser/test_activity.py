"""The activity in a browser."""

import re

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW


def test_filters_narrow_the_list_and_stand_in_the_address(visit):
    page = visit("alice")
    page.goto("/activity/")
    page.get_by_label("Action").select_option("key.created")
    expect(page).to_have_url(re.compile("action=key.created"))
    page.get_by_role("link", name="24 hours").click()
    expect(page).to_have_url(re.compile("action=key.created.*age=24h"))
    expect(page.get_by_role("row", name="Key created").first).to_be_visible()
    expect(page.get_by_role("row", name="Account opened")).to_have_count(0)


def test_details_open_by_keyboard_and_close_by_escape(visit):
    page = visit("alice")
    page.goto("/activity/?action=key.created")
    details = page.locator("details.menu summary", has_text="Details of").first
    details.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".event-details code", has_text="key.created").first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".event-details").first).to_be_hidden()


def test_an_export_comes_as_a_file(visit):
    page = visit("alice")
    page.goto("/activity/?action=key")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"activity-alice-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    assert download.value.path().read_text().startswith("id,at,action,")


def test_a_phone_shows_it_whole_and_without_a_script(visit):
    page = visit("alice", viewport=NARROW, java_script_enabled=False)
    page.goto("/activity/")
    page.locator("details.menu summary", has_text="Details of").first.click()
    box = page.locator("details[open] .event-details").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]


def test_who_may_not_see_it_is_told_so(visit):
    page = visit("erin", complains=True)
    expect(page.get_by_role("link", name="Activity")).to_have_count(0)
    page.goto("/activity/")
    expect(page.get_by_role("heading", name="That is not allowed")).to_be_visible()
    assert violations(page) == []
