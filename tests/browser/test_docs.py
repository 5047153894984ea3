"""The documents in a browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW


def test_the_api_is_drawn_and_tried_out(visit, site):
    page = visit("alice")
    page.get_by_role("link", name="Docs").click()
    page.get_by_role("button", name="Authorize").click()
    page.locator("#swagger-ui input[type=text]").fill(site.key)
    page.locator("#swagger-ui .auth-btn-wrapper button[type=submit]").click()
    page.locator("#swagger-ui .btn-done").click()
    page.get_by_text("List the account's objects, the newest first").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator("#swagger-ui .live-responses-table tbody .response-col_status")).to_contain_text("200")


def test_a_click_leads_on_from_the_page_of_the_api(visit):
    page = visit("alice")
    page.goto("/docs/")
    page.get_by_role("link", name="Errors").click()
    expect(page.get_by_role("heading", name="Errors", level=1)).to_be_visible()
    expect(page.get_by_role("rowheader", name="object_not_found")).to_be_visible()


@pytest.mark.parametrize("person", ["", "alice"])
@pytest.mark.parametrize("address", ["/docs/errors/", "/docs/sdk/"])
def test_a_page_has_no_violations_and_fits_a_phone(visit, person, address):
    page = visit(person, viewport=NARROW)
    page.goto(address)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
