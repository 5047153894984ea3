"""Uploading in a real browser: many at once, by button and by drop, seen, cancelled, tried again, never in the way."""

import re

import httpx
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW

SLOW = 150_000  # bytes a second
DROP = """names => {
  const carried = new DataTransfer();
  for (const name of names) carried.items.add(new File([`content of ${name}`], name, {type: "text/plain"}));
  document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


def some(*names: str, size: int = 5) -> list[dict]:
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": b"x" * size} for name in names]


def choose(page: Page, files: list[dict]) -> None:
    """By the button, as people do."""
    page.get_by_role("link", name="Upload", exact=True).first.click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose").click()
    chooser.value.set_files(files)


def slow_down(page: Page) -> None:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
    network.send("Network.emulateNetworkConditions", limits)


def phase(page: Page, name: str):
    return page.locator("#drawer li", has_text=name).locator(".phase")


def content_of(site, name: str) -> bytes:
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.key}"}) as api:
        [found] = api.get("/v1/objects", params={"name": name}).json()["objects"]
        return api.get(api.post(f"/v1/objects/{found['id']}/download", json={}).json()["download_url"]).content


def test_three_objects_go_up_by_the_button_and_appear_in_the_list(visit, site):
    page = visit("dave")
    choose(page, some("by-button-1", "by-button-2", "by-button-3"))
    expect(page.locator("#drawer-sum")).to_have_text("3 of 3 ready")
    for number in (1, 2, 3):
        expect(page.get_by_role("row", name=f"by-button-{number}").get_by_text("Read Only")).to_be_visible()
    assert content_of(site, "by-button-2") == b"xxxxx"


def test_three_objects_go_up_by_a_drop(visit, site):
    page = visit("dave")
    page.evaluate(DROP, ["by-drop-1", "by-drop-2", "by-drop-3"])
    expect(page.locator("#drawer-sum")).to_have_text("3 of 3 ready")
    assert content_of(site, "by-drop-3") == b"content of by-drop-3"


def test_progress_is_seen_and_a_cancelled_upload_can_be_tried_again(visit, site):
    page = visit("dave")
    slow_down(page)
    choose(page, some("slow.bin", size=400_000))
    expect(phase(page, "slow.bin")).to_have_text(re.compile(r"Uploading [1-9]\d? %, .* KB/s, \d+ s left"))
    page.get_by_role("button", name="Cancel slow.bin").click()
    expect(phase(page, "slow.bin")).to_have_text("Cancelled")
    page.get_by_role("button", name="Try again: slow.bin").click()
    expect(phase(page, "slow.bin")).to_have_text("Ready")
    assert len(content_of(site, "slow.bin")) == 400_000


def test_an_upload_goes_on_while_pages_change(visit):
    page = visit("dave")
    slow_down(page)
    choose(page, some("goes-on.bin", size=300_000))
    expect(phase(page, "goes-on.bin")).to_contain_text("Uploading")
    page.get_by_role("link", name="Uploads", exact=True).click()
    expect(page.get_by_role("heading", name="Uploads in progress")).to_be_visible()
    expect(page.get_by_role("row", name="goes-on.bin")).to_be_visible()
    expect(phase(page, "goes-on.bin")).to_have_text("Ready")
    expect(page.get_by_role("row", name="goes-on.bin")).to_be_hidden()


def test_a_reload_asks_and_leaves_an_upload_that_can_be_cancelled(visit):
    page = visit("dave")
    slow_down(page)
    choose(page, some("left-behind.bin", size=2_000_000))
    expect(phase(page, "left-behind.bin")).to_contain_text("Uploading")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
    page.goto("/uploads/")
    page.get_by_role("button", name="Cancel left-behind.bin").click()
    expect(page.get_by_text("The upload of “left-behind.bin” is cancelled.")).to_be_visible()
    expect(page.get_by_role("row", name="left-behind.bin")).to_be_hidden()


def test_a_refusal_is_told_in_words(visit):
    page = visit("dave", complains=True)
    page.route("**/uploads/create", lambda route: route.abort())
    choose(page, some("refused.bin"))
    expect(phase(page, "refused.bin")).to_have_text("Failed: The server cannot be reached.")


def test_a_store_that_refuses_the_browser_is_named(visit):
    page = visit("dave", complains=True)
    page.route("**/upload/obj_*", lambda route: route.abort())
    choose(page, some("lost.bin"))
    expect(phase(page, "lost.bin")).to_have_text("Failed: The connection to the server was lost.")


def test_the_drawer_opens_and_closes_by_keys_and_has_no_violations(visit):
    page = visit("dave", viewport=NARROW)
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Choose")).to_be_focused()
    page.locator("#drawer-files").set_input_files(some("checked.bin"))
    expect(phase(page, "checked.bin")).to_have_text("Ready")
    page.get_by_text("Visibility, lifetime, metadata").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()


def test_without_a_script_a_form_uploads_one_object(visit, site):
    page = visit("dave", java_script_enabled=False)
    page.get_by_role("link", name="Upload", exact=True).first.click()
    form = page.get_by_role("main")
    form.get_by_label("What").set_input_files(some("by-form.bin"))
    form.get_by_label("Metadata").fill("from=form")
    form.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("“by-form.bin” is uploaded.")).to_be_visible()
    assert content_of(site, "by-form.bin") == b"xxxxx"


def test_the_drawer_begins_as_the_account_was_just_told_to(visit):
    page = visit("bob")
    page.goto("/settings/account")
    page.get_by_label("Kept").first.select_option("7 days")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings of the account are saved.")).to_be_visible()
    page.get_by_role("link", name="Upload", exact=True).first.click()
    page.get_by_text("this account begins with: 7 days").click()
    expect(page.locator("#drawer_lifetime")).to_have_value("7d")
    assert violations(page) == []
