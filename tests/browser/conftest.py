"""A real server on the embedded default, and a real browser that visits it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.chromium import launch, sign_in
from tests.live import LiveServer
from tests.prepared import start_server

SETTINGS = "tests.browser.settings"
MOVE_IN = "from tests.browser import people; people.move_in()"
PATIENCE = 30_000  # milliseconds, on cores that run other tests too
expect.set_options(timeout=PATIENCE)
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@dataclass
class Site:
    """The server, the secret of an API key of alice's account, and the other hosts that its pages may ask."""

    server: LiveServer
    key: str
    others: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        return self.server.base_url


@dataclass
class Trouble:
    """What a page must never cause: errors in the console, and requests to other hosts."""

    hosts: frozenset[str]
    found: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(f"{message.type}: {message.text}")

    def watch(self, request: Request) -> None:
        if urlsplit(request.url).scheme in {"http", "https"} and urlsplit(request.url).netloc not in self.hosts:
            self.found.append(f"request to {request.url}")


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    with a_site(tmp_path_factory.mktemp("browser") / "data") as site:
        yield site


@contextmanager
def a_site(data_dir: Path, *others: str, **environment: str) -> Iterator[Site]:
    server = start_server(data_dir, THROTTLE_ENABLED="false", DJANGO_SETTINGS_MODULE=SETTINGS, **environment)
    try:
        key = re.search(r"alice: (\S+)", server.manage("shell", "--no-imports", "-c", MOVE_IN))
        yield Site(server, key[1], frozenset(others))
    finally:
        server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one file of tests: beside the event loop that it brings, Django refuses queries."""
    with sync_playwright() as playwright:
        yield launch(playwright)


@pytest.fixture
def visit(chromium, site) -> Iterator[Callable[..., Page]]:
    """Open a clean browser, signed in as the person named, on the list of objects; nothing may go wrong in it.

    `complains=True` is for pages that answer an error, which Chromium notes in its console.
    """
    contexts: list[tuple[BrowserContext, Trouble, bool]] = []

    def open_browser(person: str = "", *, viewport=WIDE, complains: bool = False, **options) -> Page:
        context = chromium.new_context(base_url=site.url, viewport=viewport, **options)
        context.set_default_timeout(PATIENCE)
        trouble = Trouble(site.others | {urlsplit(site.url).netloc})
        context.on("console", trouble.hear)
        context.on("request", trouble.watch)
        contexts.append((context, trouble, complains))
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.found.append(str(error)))
        if person:
            sign_in(page, person)
        return page

    yield open_browser
    for context, _, _ in contexts:
        context.close()
    assert [trouble.found for _, trouble, complains in contexts if trouble.found and not complains] == []
