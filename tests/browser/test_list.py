"""The list of objects in a real browser: filtered, sorted, selected, changed, by mouse, by keys, without a script."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW

STILL = 0.01  # a tenth of what Web Vitals call good; a button that grows by a word shifts a ten-thousandth
SHIFT = """() => new Promise(resolve => new PerformanceObserver(list => {
  resolve(list.getEntries().filter(each => !each.hadRecentInput).reduce((sum, each) => sum + each.value, 0));
}).observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0), 300))"""


@pytest.fixture
def make(site):
    """Objects of alice's account, made by its key."""
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.key}"}) as api:

        def make(*names: str, content: bytes = b"hello", **more) -> None:
            for name in names:
                made = api.post("/v1/objects", json={"name": name, "content_type": "text/plain", **more}).json()
                httpx.put(made["upload_url"], content=content).raise_for_status()
                api.post(f"/v1/objects/{made['id']}/complete").raise_for_status()

        yield make


def show(page: Page, search: str) -> None:
    page.get_by_role("searchbox").fill(search)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(f"**search={search}**")


def names(page: Page) -> list[str]:
    return page.locator("#list tbody .name a").all_inner_texts()


def test_a_change_of_a_filter_and_a_heading_act_at_once(visit, make):
    make("order-b", "order-a", content=b"1")
    make("order-c", content=b"333", is_public=True)
    page = visit("alice")
    show(page, "order-")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.locator("#list tbody .name a")).to_have_text(["order-a", "order-b", "order-c"])
    page.get_by_label("Order", exact=True).select_option("Largest first")
    expect(page.locator("#list tbody .name a").first).to_have_text("order-c")
    page.get_by_role("search").get_by_label("Visibility").select_option("Private")
    expect(page.locator("#list tbody .name a")).to_have_count(2)
    assert page.evaluate(SHIFT) < STILL


def test_a_switch_answers_at_once_and_can_be_undone(visit, make):
    make("switched")
    page = visit("alice")
    show(page, "switched")
    row = page.get_by_role("row", name="switched")
    row.get_by_label("Actions on switched").click()
    row.get_by_role("button", name="Make public").click()
    expect(row.get_by_text("Public", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(row.get_by_text("Private", exact=True)).to_be_visible()


def test_several_are_selected_and_changed_in_one_go(visit, make):
    make("bulk-1", "bulk-2", "bulk-3")
    page = visit("alice")
    show(page, "bulk-")
    bar = page.get_by_role("group", name="What is selected")
    expect(bar.get_by_role("button")).to_have_count(0)
    page.get_by_label("Select all on this page").check()
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Make public").click()
    expect(page.get_by_text("3 objects are public now.")).to_be_visible()
    page.get_by_label("Select bulk-1").check()
    page.get_by_label("Select bulk-2").check()
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete 2 objects").click()
    expect(page.locator("#list tbody .name a")).to_have_text(["bulk-3"])


def test_the_list_is_used_by_keys_alone(visit, make):
    make("keys-2", "keys-1")
    page = visit("alice")
    show(page, "keys-")
    page.get_by_role("heading", name="Objects").click()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="keys-1")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.get_by_label("Select keys-1")).to_be_checked()
    page.keyboard.press("p")
    expect(page.get_by_role("row", name="keys-1").get_by_text("Public", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="keys-1")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_role("heading", name="Delete “keys-1”?")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="keys-1").press("Enter")
    expect(page.get_by_role("heading", name="keys-1")).to_be_visible()


def test_a_row_that_is_there_is_ready_for_keys(visit, make):
    make("early")
    page = visit("alice")
    page.goto("/?search=early")
    page.evaluate("""
        window.ready = []
        new MutationObserver(() => window.ready.push(!!document.querySelector("#list tbody [formaction$=publish]")))
            .observe(document.body, {childList: true, subtree: true})
    """)
    page.get_by_role("link", name="early").click()
    expect(page.get_by_role("complementary", name="early")).to_be_visible()
    assert set(page.evaluate("window.ready")) == {True}


def test_keys_in_the_panel_are_about_the_object_that_it_shows(visit, make):
    make("shown-2", "shown-1")
    page = visit("alice")
    show(page, "shown-")
    page.get_by_role("link", name="shown-1").click()
    page.get_by_role("link", name="shown-2").focus()
    page.get_by_role("switch", name="Public").focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("heading", name="Delete “shown-1”?")).to_be_visible()


def test_an_object_is_opened_made_public_and_private_again_by_keys_alone(visit, make):
    make("walked")
    page = visit("alice")
    page.goto("/?search=walked")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="walked")).to_be_visible()
    page.keyboard.press("p")
    row = page.get_by_role("row", name="walked")
    expect(row.get_by_text("Public", exact=True)).to_be_visible()
    undo = page.get_by_role("button", name="Undo")
    while not undo.evaluate("button => button === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(row.get_by_text("Private", exact=True)).to_be_visible()
    expect(page.get_by_role("complementary", name="walked")).to_be_visible()


def test_a_download_arrives_whole(visit, make):
    make("fetched.txt", content=b"all of it")
    page = visit("alice")
    show(page, "fetched.txt")
    page.get_by_label("Actions on fetched.txt").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).last.click()
    assert download.value.path().read_bytes() == b"all of it"


def test_on_a_phone_nothing_is_cut_off_and_nothing_violates(visit, make):
    make("phone-with-a-name-that-is-quite-long-and-has-no-space-in-it-at-all-2026-11-27.txt", ttl_ms=86_400_000)
    page = visit("alice", viewport=NARROW)
    show(page, "phone-")
    page.get_by_label("Select phone-").check()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page) == []


def test_without_a_script_the_list_is_filtered_and_changed(visit, make):
    make("plain-1", "plain-2")
    page = visit("alice", java_script_enabled=False)
    page.get_by_role("searchbox").fill("plain-")
    page.get_by_role("button", name="Show").click()
    page.get_by_label("Select plain-1").check()
    page.get_by_label("Select plain-2").check()
    page.get_by_role("button", name="Make public").first.click()
    expect(page.get_by_text("2 objects are public now.")).to_be_visible()
    page.get_by_label("Select plain-1").check()
    page.get_by_role("group", name="What is selected").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete 1 object").click()
    assert names(page) == ["plain-2"]
