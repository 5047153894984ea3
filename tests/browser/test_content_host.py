"""A PDF on the page of its object, where a second host name is there for hosted bytes."""

import pytest

from tests.browser.accessibility import violations
from tests.browser.conftest import a_site
from tests.browser.objects import PDF, PIXEL, put
from tests.live import free_port


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One machine by two names."""
    port = free_port()
    apart = f"localhost:{port}"
    data_dir = tmp_path_factory.mktemp("apart") / "data"
    with a_site(data_dir, apart, ADDRESS=f"127.0.0.1:{port}", CONTENT_HOST=apart) as site:
        yield site


def test_a_pdf_is_shown_within_its_page(visit, site):
    page = visit("alice")
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-extension:")):  # its reader
        page.goto(f"/objects/{put(site, 'paper.pdf', PDF, 'application/pdf')}/")
    assert page.locator("iframe[title='paper.pdf']").get_attribute("src").startswith("http://localhost:")
    assert violations(page) == []


def test_an_image_comes_from_the_other_host(visit, site):
    page = visit("alice")
    page.goto(f"/objects/{put(site, 'dot.png', PIXEL, 'image/png')}/")
    page.wait_for_function("document.querySelector('.preview img').naturalWidth === 1")
    assert page.locator(".preview img").get_attribute("src").startswith("http://localhost:")


def test_no_page_is_at_the_other_host(visit, site):
    page = visit(complains=True)
    assert page.goto(site.url.replace("127.0.0.1", "localhost")).status == 404
