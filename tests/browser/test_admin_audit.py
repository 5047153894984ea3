"""What staff do in a browser with the audit trail: no error, no refused script, no other host."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations

PLACES = ("/admin/", "/admin/objects_app/auditevent/", "/admin/exports/", "/admin/jobs/", "/admin/settings/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_opens_in_both_themes(visit, theme):
    page = visit("sam", color_scheme=theme)
    for place in PLACES:
        page.goto(place)
        expect(page.get_by_role("navigation", name="Audit")).to_be_visible()


def test_filters_and_views_narrow_the_list_and_stand_in_the_address(visit):
    page = visit("sam")
    page.goto("/admin/objects_app/auditevent/")
    page.get_by_label("Action").select_option("key.created")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("action=key.created"))
    expect(page.get_by_role("cell", name="key.created").first).to_be_visible()
    expect(page.get_by_role("cell", name="account.created")).to_have_count(0)
    page.get_by_role("link", name="Downloads").click()
    expect(page).to_have_url(re.compile("action=object.content_downloaded"))


def test_details_open_and_lead_to_the_timeline(visit):
    page = visit("sam")
    page.goto("/admin/objects_app/auditevent/?action=key.created")
    page.get_by_text("Details", exact=True).nth(1).click()
    expect(page.locator("details[open] pre")).to_contain_text("objects:read")
    page.get_by_role("link", name="alice's key").first.click()
    expect(page).to_have_url(re.compile("/admin/timeline/key/key_"))
    expect(page.get_by_role("cell", name="key.created")).to_be_visible()


def test_an_export_comes_as_a_file(visit):
    page = visit("sam")
    page.goto("/admin/objects_app/auditevent/?action=key")
    with page.expect_download() as download:
        page.get_by_role("button", name="NDJSON").click()
    assert re.fullmatch(r"audit-events-\d{4}-\d\d-\d\d\.ndjson", download.value.suggested_filename)


def test_a_chart_has_a_table_and_the_chain_is_verified_on_demand(visit):
    page = visit("sam")
    page.goto("/admin/")
    page.get_by_text("Objects created as a table").click()
    expect(page.get_by_role("columnheader", name="Day (UTC)").first).to_be_visible()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("A worker was asked to run verify_seals")).to_be_visible()


@pytest.mark.parametrize("place", PLACES)
def test_our_part_of_each_page_is_accessible(visit, place):
    page = visit("sam")
    page.goto(place)
    assert [found for found in violations(page) if "hd-" in found] == []
