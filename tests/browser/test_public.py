"""The directory of public objects and the page of one, in a real browser."""

from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW
from tests.browser.objects import put


def test_the_directory_has_no_violations(visit, site):
    put(site, "public.txt", b"hello", is_public=True)
    page = visit("bob")
    page.get_by_role("link", name="Public", exact=True).click()
    page.get_by_role("heading", name="Public objects").wait_for()
    assert violations(page) == []


def test_a_stranger_finds_an_object_and_downloads_it(visit, site):
    put(site, "wanted.txt", b"hello", is_public=True)
    page = visit("bob")
    page.goto("/public/?search=wanted")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download wanted.txt").click()
    assert download.value.path().read_bytes() == b"hello"


def test_the_page_of_an_object_has_no_violations_in_a_clean_browser(visit, site):
    object_id = put(site, "public.md", b"# Title\n", "text/markdown", is_public=True)
    page = visit()
    page.goto(f"/o/{object_id}")
    assert violations(page) == []


def test_the_page_of_an_object_fills_a_phone(visit, site):
    object_id = put(site, "public.txt", b"hello", is_public=True)
    page = visit(viewport=NARROW)
    page.goto(f"/o/{object_id}")
    assert page.get_by_role("heading", name="public.txt").bounding_box()["x"] < 30


def test_somebody_without_a_name_downloads_without_a_script(visit, site):
    object_id = put(site, "public.txt", b"hello", is_public=True)
    page = visit(java_script_enabled=False)
    page.goto(f"/o/{object_id}")
    expect(page.get_by_role("heading", name="public.txt")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.path().read_bytes() == b"hello"
