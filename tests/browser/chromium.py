"""The browser of this machine, and how people sign in with it."""

import os
import shutil

from playwright.sync_api import Browser, Page, Playwright

from tests.people import DOMAIN, PASSWORD
from tests.services import is_missing

NEEDED = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright) -> Browser:
    program = next(filter(None, map(shutil.which, NEEDED)), None)
    if program is None:
        is_missing("no Chromium is installed, which the tests of pages need")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=program, args=[*sandbox, "--disable-dev-shm-usage"])


def sign_in(page: Page, person: str) -> None:
    give_password(page, person)
    page.get_by_role("heading", name="Objects", level=1).wait_for()
    page.wait_for_load_state()  # its scripts have run


def give_password(page: Page, person: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(f"{person}@{DOMAIN}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
