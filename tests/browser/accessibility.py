"""axe-core on a page as it stands."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """What axe-core finds, in both themes: rule, and the elements that break it."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for each in Axe().run(page, options=RULES).response["violations"]:
            found += [f"{theme}: {each['id']}: {node['html']}" for node in each["nodes"]]
    return found
