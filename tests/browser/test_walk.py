"""A day of use on a screen of 360 pixels: by keyboard alone, and without a script."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW
from tests.people import DOMAIN, PASSWORD

MOST_STEPS = 200  # that a key may need to go round a page
FITS = "document.documentElement.scrollWidth <= innerWidth"
IS_HERE = "element => element === document.activeElement"
IS_SEEN = """element => {
  const {left, right, top, bottom} = element.getBoundingClientRect();
  return right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
}"""
CONTENT = {"name": "walked.md", "mimeType": "text/markdown", "buffer": b"# A heading\n\nwith a paragraph"}


def reach(page: Page, wanted: Locator) -> None:
    """Tab to it, as somebody without a mouse does, and see that it is in sight once it is there."""
    wanted.wait_for()
    for _ in range(MOST_STEPS):
        if wanted.evaluate(IS_HERE):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    assert wanted.evaluate(IS_SEEN), wanted
    assert page.evaluate(FITS), page.url


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def type_into(page: Page, field: Locator, text: str) -> None:
    reach(page, field)
    page.keyboard.type(text)


def choose(page: Page, field: Locator, option: str) -> None:
    """In a closed list of choices, letters choose."""
    type_into(page, field, option)
    expect(field.locator("option:checked")).to_have_text(re.compile(option))


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def link(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)


def sign_in_by_keys(page: Page, person: str) -> None:
    page.goto("/accounts/login/")
    type_into(page, page.get_by_label("E-mail"), f"{person}@{DOMAIN}")
    type_into(page, page.get_by_label("Password", exact=True), PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Objects", level=1).wait_for()


def test_everything_by_keyboard_alone_on_a_narrow_screen(visit, site):
    page = visit(viewport=NARROW, permissions=["clipboard-read", "clipboard-write"])
    sign_in_by_keys(page, "alice")
    _upload_and_find(page)
    _look_at_it_and_open_it_up(page)
    _fetch_it_by_a_link(page, visit)
    _delete_it(page)
    _make_rotate_and_revoke_a_key(page)
    _invite_somebody(page)


def _upload_and_find(page: Page) -> None:
    page.keyboard.press("u")
    with page.expect_file_chooser() as chooser:
        press(page, button(page.locator("#drawer"), "Choose"))
    chooser.value.set_files([CONTENT])
    expect(page.locator("#drawer-sum")).to_have_text("1 of 1 ready")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("walked")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=walked**")


def _look_at_it_and_open_it_up(page: Page) -> None:
    press(page, link(page.locator("#list"), "walked.md"))
    expect(page.get_by_role("heading", name="A heading")).to_be_visible()
    press(page, page.get_by_role("switch", name="Public"), "Space")
    expect(page.get_by_role("switch", checked=True)).to_be_visible()
    press(page, button(page, "Undo"))
    expect(page.get_by_role("switch", checked=False)).to_be_visible()


def _fetch_it_by_a_link(page: Page, visit) -> None:
    press(page, button(page, "1 hour"))
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.get_by_label("Link, good for 1 hour").input_value()
    assert visit().request.get(address).body() == CONTENT["buffer"]


def _delete_it(page: Page) -> None:
    page.keyboard.press("Delete")
    press(page, button(page, "Delete this object"))
    expect(page.get_by_text("“walked.md” is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="walked.md")).to_have_count(0)


def _make_rotate_and_revoke_a_key(page: Page) -> None:
    page.goto("/keys/")
    press(page, link(page, "New key"))
    type_into(page, page.get_by_label("Name"), "walked key")
    page.keyboard.press("Enter")
    press(page, link(page, "I have copied it"))
    for action, done in (("Rotate", "Rotate"), ("Revoke", "Revoke this key")):
        row = page.get_by_role("row", name="walked key").first
        press(page, row.locator("summary"))
        press(page, link(row, action))
        press(page, button(page, done))
        page.goto("/keys/")


def _invite_somebody(page: Page) -> None:
    page.goto("/settings/members/")
    type_into(page, page.get_by_label("E-mail"), f"walker@{DOMAIN}")
    choose(page, page.get_by_label("Role").last, "Viewer")
    press(page, button(page, "Make an invitation"))
    expect(page.locator("#invitation-link")).to_be_visible()
