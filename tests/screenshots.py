"""Pictures of all pages, or of those with a WORD in their name: `python -m tests.screenshots [WORD…]`.

A page of its own adds its address to PAGES; `{…}` stands for what PLACES finds in the server.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import launch, sign_in
from tests.live import ROOT, LiveServer, start_server

FOLDER = ROOT / ".cache" / "screenshots"
FURNISH = "from tests import scenery; scenery.furnish()"
PLACES = """
from objects_app.models import *
alice = Account.objects.get(name="alice")
for word, name in {
    "table": "train-00.csv",
    "prose": "notes-05.md",
    "code": "fit-04.py",
    "archive": "snapshot-06.tar.gz",
    "public": "handbook.txt",
}.items():
    print(f"<{word}>{StoredObject.objects.get(name=name).pk}")
print(f"<account>{alice.pk}")
print(f"<key>{alice.keys.filter(name__startswith='devbox').get().pk}")
"""
PAGES = {  # name: who looks, and at what
    "sign-in": ("", "/accounts/login/"),
    "objects": ("alice", "/"),
    "objects-nothing-matches": ("alice", "/?search=nothing"),
    "objects-panel": ("alice", "/?open={code}"),
    "object-table": ("alice", "/objects/{table}/"),
    "object-prose": ("alice", "/objects/{prose}/"),
    "object-code": ("alice", "/objects/{code}/"),
    "object-readers": ("alice", "/objects/{table}/readers"),
    "object-archive": ("alice", "/objects/{archive}/"),
    "upload": ("alice", "/upload/"),
    "uploads": ("alice", "/uploads/"),
    "public": ("alice", "/public/"),
    "public-page": ("", "/o/{public}"),
    "settings": ("alice", "/settings/"),
    "settings-account": ("alice", "/settings/account"),
    "members": ("alice", "/settings/members/"),
    "password": ("alice", "/accounts/password/change/"),
    "password-reset": ("", "/accounts/password/reset/"),
    "object-delete": ("alice", "/objects/{table}/delete"),
    "activity": ("alice", "/activity/"),
    "activity-filtered": ("alice", "/activity/?action=key&age=24h"),
    "activity-nothing-matches": ("alice", "/activity/?actor=nobody"),
    "keys": ("alice", "/keys/"),
    "keys-ended": ("alice", "/keys/?show=ended"),
    "key-new": ("alice", "/keys/new"),
    "key-rotate": ("alice", "/keys/{key}/rotate"),
    "key-revoke": ("alice", "/keys/{key}/revoke"),
    "docs": ("alice", "/docs/"),
    "docs-clients": ("alice", "/docs/sdk/"),
    "docs-errors": ("alice", "/docs/errors/"),
    "docs-stranger": ("", "/docs/"),
    "docs-clients-stranger": ("", "/docs/sdk/"),
    "admin-objects": ("olga", "/admin/objects_app/storedobject/"),
    "admin-objects-filtered": ("olga", "/admin/objects_app/storedobject/?visibility=public&q=train"),
    "admin-object": ("olga", "/admin/objects_app/storedobject/{table}/change/"),
    "admin-uploads": ("olga", "/admin/objects_app/openupload/"),
    "admin-accounts": ("olga", "/admin/objects_app/account/"),
    "admin-account": ("olga", "/admin/objects_app/account/{account}/change/"),
    "admin-keys": ("olga", "/admin/objects_app/apikey/"),
    "admin-key": ("olga", "/admin/objects_app/apikey/{key}/change/"),
    "admin-users": ("olga", "/admin/objects_app/user/"),
    "admin-members": ("olga", "/admin/objects_app/membership/"),
    "admin": ("sam", "/admin/"),
    "admin-events": ("sam", "/admin/objects_app/auditevent/"),
    "admin-events-refused": ("sam", "/admin/objects_app/auditevent/?result=refused"),
    "admin-timeline": ("sam", "/admin/timeline/object/{public}/"),
    "admin-exports": ("sam", "/admin/exports/"),
    "admin-jobs": ("sam", "/admin/jobs/"),
    "admin-settings": ("sam", "/admin/settings/"),
    "error-400": ("alice", "/activity/?age=never"),
    "error-403": ("finn", "/keys/"),
    "error-404": ("alice", "/nowhere"),
    "error-405": ("alice", "/objects/{table}/publish"),
}
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1280, 360)]


def main(words: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = {name: page for name, page in PAGES.items() if not words or any(word in name for word in words)}
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = start_server(Path(folder) / "data", THROTTLE_ENABLED="false")
        browser = launch(playwright)
        try:
            server.manage("shell", "--no-imports", "-c", FURNISH)
            places = dict(re.findall(r"<(.+?)>(.+)", server.manage("shell", "--no-imports", "-c", PLACES)))
            for theme, width in LOOKS:
                take_all(browser, server, wanted, places, theme=theme, width=width)
        finally:
            browser.close()
            server.stop()


def take_all(browser: Browser, server: LiveServer, wanted: dict, places: dict, *, theme: str, width: int) -> None:
    for person, pages in by_person(wanted):
        viewport = {"width": width, "height": 800}
        context = browser.new_context(base_url=server.base_url, viewport=viewport, color_scheme=theme)
        page = context.new_page()
        if person:
            sign_in(page, person)
        for name, address in pages:
            take(page, address.format(**places), FOLDER / f"{name}.{width}.{theme}.png")
        context.close()


def by_person(wanted: dict) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for person in dict.fromkeys(person for person, _ in wanted.values()):
        yield person, [(name, address) for name, (who, address) in wanted.items() if who == person]


def take(page: Page, address: str, target: Path) -> None:
    page.goto(address, wait_until="networkidle")
    page.screenshot(path=target, full_page=True)
    print(target.relative_to(ROOT))  # noqa: T201  says where they are


if __name__ == "__main__":
    main(sys.argv[1:])
