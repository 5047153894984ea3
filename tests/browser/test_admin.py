"""The operator's admin in a real browser: no script or style that the policy refuses, no request to another host."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW, PATIENCE

LIST = "/admin/objects_app/storedobject/"


@pytest.fixture(scope="module")
def made(site) -> dict[str, str]:
    """Objects of alice's account by their names."""
    names = [f"walk-{number}" for number in range(4)] + ["walk-" + "long" * 60]
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.key}"}) as api:
        found = {}
        for name in names:
            row = api.post("/v1/objects", json={"name": name, "content_type": "text/plain"}).json()
            httpx.put(row["upload_url"], content=b"hello").raise_for_status()
            api.post(f"/v1/objects/{row['id']}/complete").raise_for_status()
            found[name] = row["id"]
        return found


def search(page: Page, words: str) -> None:
    page.goto(LIST)
    page.get_by_role("search").locator("input[name=q]").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**q={words}**")


def choose(page: Page, *names: str, action: str) -> None:
    for name in names:
        page.get_by_role("row", name=name).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(action)
    page.get_by_role("button", name="Run").click()


@pytest.mark.parametrize(("theme", "names"), [("light", ("walk-0", "walk-1")), ("dark", ("walk-2", "walk-3"))])
def test_an_operator_finds_changes_and_gives_the_reason(visit, made, theme, names):
    page = visit("olga", color_scheme=theme)
    search(page, "walk-")
    choose(page, *names, action="Make public")
    expect(page.get_by_text("Make public: 2 objects.")).to_be_visible()
    page.get_by_label("Reason").fill("as agreed with the account")
    page.get_by_role("button", name="Make public").click()
    expect(page.locator("#outcomes li")).to_contain_text(["made public", "made public"])
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("row", name=names[0])).to_contain_text("Public")


def test_a_reason_is_asked_for_by_the_browser_too(visit, made):
    page = visit("olga")
    page.goto(f"{LIST}{made['walk-0']}/change/")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("not used within 30 days")).to_be_visible()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_label("Reason")).to_be_focused()


def test_a_list_is_filtered_by_the_form(visit, made):
    page = visit("olga")
    page.goto(LIST)
    page.locator("a", has_text="Filters").first.click()
    page.locator("select[name=size]").select_option("empty", force=True)
    page.get_by_role("button", name="Apply Filters").click()
    page.wait_for_url("**size=empty**")
    expect(page.get_by_text("No results found")).to_be_visible()


def test_staff_download_by_a_url_of_their_own(visit, made):
    page = visit("aude")
    page.goto(f"{LIST}{made['walk-2']}/change/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.path().read_bytes() == b"hello"
    expect(page.get_by_role("button", name="Delete for good")).to_have_count(0)


@pytest.mark.parametrize("noun", ["account", "user", "membership", "invitation", "openupload", "apikey"])
def test_every_list_is_shown_without_a_complaint(visit, noun):
    page = visit("aude")
    page.goto(f"/admin/objects_app/{noun}/")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_on_a_phone_nothing_is_cut_off(visit, made):
    page = visit("olga", viewport=NARROW)
    for address in (LIST, f"{LIST}{made['walk-' + 'long' * 60]}/change/"):
        page.goto(address)
        page.wait_for_load_state("networkidle", timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


# Unfold's own: its frame has no element `main`, so what is beside its navigation is in no landmark, and its scroll
# areas share one name.
OF_UNFOLD = {"landmark-one-main", "landmark-unique", "region"}


@pytest.mark.parametrize("address", [LIST, LIST + "{object}/change/", "/admin/objects_app/user/"])
def test_what_is_ours_violates_nothing(visit, made, address):
    page = visit("olga")
    page.goto(address.format(object=made["walk-0"]))
    assert [line for line in violations(page) if line.split(": ")[1] not in OF_UNFOLD] == []
