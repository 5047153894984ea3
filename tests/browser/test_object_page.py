"""The page of an object and its panel, in a real browser."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NARROW
from tests.browser.objects import PDF, PIXEL, put
from tests.previews.shown import tar, zipped

KINDS = {
    "a.py": (b"def hello(): return 1\n", "text/plain", "pre.code .k"),
    "a.csv": (b"city,size\nBerne,3\n", "text/csv", "td:text('Berne')"),
    "a.jsonl": (b'{"city": "Berne"}\n', "application/x-ndjson", "td:text('Berne')"),
    "a.md": (b"# Heading\n\ntext\n", "text/markdown", ".prose h3"),
    "a.png": (PIXEL, "image/png", "img[alt='a.png']"),
    "a.wav": (b"RIFF", "audio/wav", "audio"),
    "a.webm": (b"\x1a\x45", "video/webm", "video"),
    "a.tgz": (tar(2, mode="w:gz"), "tgz", "td:text('data/1.txt')"),
    "a.zip": (zipped(2), "application/zip", "td:text('data/1.txt')"),
    "a.pdf": (PDF, "application/pdf", "p:text('A PDF is not shown')"),
}


def test_every_kind_of_content_has_its_preview(visit, site):
    page = visit("alice")
    for name, (content, content_type, shown) in KINDS.items():
        page.goto(f"/objects/{put(site, name, content, content_type)}/")
        expect(page.locator(f".preview {shown}").first).to_be_visible()


def test_an_image_is_really_drawn(visit, site):
    page = visit("alice")
    page.goto(f"/objects/{put(site, 'dot.png', PIXEL, 'image/png')}/")
    page.wait_for_function("document.querySelector('.preview img').naturalWidth === 1")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"def a(): return 1\n", "text/x-python"), (b"a,b\n1,2\n", "text/csv"), (tar(2), "tar")],
)
def test_the_page_has_no_violations(visit, site, content, content_type):
    page = visit("alice")
    page.goto(f"/objects/{put(site, 'notes', content, content_type, is_public=True, metadata={'a': 'b'})}/")
    assert violations(page) == []


def test_the_panel_has_no_violations_and_closes_by_a_key(visit, site):
    page = visit("alice")
    put(site, "n" * 90 + ".txt", b"whose name would reach under the panel")
    page.goto(f"/?open={put(site, 'notes.txt', b'hello')}")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="notes.txt")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("open="))


def test_a_link_is_made_copied_and_used(visit, site):
    page = visit("alice", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/objects/{put(site, 'notes.txt', b'hello')}/")
    page.get_by_role("button", name="1 day").click()
    expect(page.get_by_label("Link, good for 1 day")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    link = page.evaluate("navigator.clipboard.readText()")
    assert httpx.get(link).content == b"hello"


def test_the_switch_opens_a_page_to_everybody_and_closes_it_again(visit, site):
    object_id = put(site, "notes.txt", b"for everybody")
    page, stranger = visit("alice"), visit(complains=True)
    page.goto(f"/objects/{object_id}/")
    page.get_by_role("switch", name="Public").press("Space")
    expect(page.get_by_role("switch", checked=True)).to_be_visible()
    stranger.goto(page.get_by_role("link", name="Public page").get_attribute("href"))
    expect(stranger.get_by_text("for everybody")).to_be_visible()
    page.get_by_role("switch", name="Public").click()
    expect(page.get_by_role("switch", checked=False)).to_be_visible()
    assert stranger.reload().status == 404


def test_metadata_is_edited_without_a_script_on_a_phone(visit, site):
    page = visit("alice", viewport=NARROW, java_script_enabled=False)
    page.goto(f"/objects/{put(site, 'notes.txt', b'hello', metadata={'stage': 'day'})}/")
    page.get_by_label("Value of stage").fill("night")
    page.get_by_label("New key").fill("project")
    page.get_by_label("New value").fill("vision")
    page.get_by_label("New value").press("Enter")
    expect(page.get_by_label("Value of project")).to_have_value("vision")
    page.get_by_role("button", name="Remove project").click()
    expect(page.get_by_label("Value of stage")).to_have_value("night")
    expect(page.get_by_label("Value of project")).to_have_count(0)


def test_without_a_script_a_link_is_shown_and_code_is_chosen(visit, site):
    page = visit("alice", java_script_enabled=False)
    page.goto(f"/objects/{put(site, 'notes.txt', b'hello')}/")
    page.get_by_text("TypeScript", exact=True).click()
    expect(page.get_by_text("downloadAsBuffer")).to_be_visible()
    expect(page.get_by_text("python3 -c")).to_be_hidden()
    page.get_by_role("button", name="7 days").click()
    assert "/download/" in page.get_by_label("Link, good for 7 days").input_value()


def test_the_panel_lies_within_a_phone(visit, site):
    page = visit("alice", viewport=NARROW)
    page.goto(f"/?open={put(site, 'notes.txt', b'hello')}")
    assert page.get_by_role("complementary", name="notes.txt").bounding_box()["x"] >= 0


@pytest.mark.parametrize("address", ["/objects/{}/", "/?open={}", "/o/{}", "/public/"])
def test_nothing_is_wider_than_a_phone(visit, site, address):
    page = visit("alice", viewport=NARROW)
    page.goto(address.format(put(site, "n" * 90 + ".csv", b"a,b\n" + b"x" * 500, "text/csv", is_public=True)))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
