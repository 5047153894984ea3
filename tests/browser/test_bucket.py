"""Pages of a server whose objects are in a bucket: what people upload goes straight to the store."""

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import a_site
from tests.browser.objects import PIXEL, put
from tests.browser.test_uploading import choose, phase, some
from tests.s3_server import S3


@pytest.fixture(scope="module")
def store(moto):
    store = S3(moto)
    yield store
    store.stop()


@pytest.fixture(scope="module")
def site(store, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("bucket") / "data"
    with a_site(data_dir, urlsplit(store.endpoint_url).netloc, **store.environment()) as site:
        yield site


@pytest.fixture
def _open_to_pages(store, site):
    """By the rule that `doctor` prints."""
    printed = site.server.manage("doctor").partition("for uploads from pages:")[2]
    rules, _ = json.JSONDecoder().raw_decode(printed.strip())
    store.client().put_bucket_cors(Bucket=store.bucket, CORSConfiguration=rules)
    yield
    store.client().delete_bucket_cors(Bucket=store.bucket)


@pytest.mark.usefixtures("_open_to_pages")
def test_what_is_chosen_goes_straight_to_the_store(visit, store):
    page = visit("dave")
    sent, before = [], set(store.keys("blob/"))
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    choose(page, some("direct.bin"))
    expect(phase(page, "direct.bin")).to_have_text("Ready")
    assert [url.startswith(f"{store.endpoint_url}/{store.bucket}/staging/") for url in sent] == [True]
    [key] = set(store.keys("blob/")) - before
    assert store.body(key) == b"xxxxx"


def test_a_store_that_refuses_the_page_is_told_in_a_sentence(visit, store, site):
    page = visit("dave", complains=True)
    choose(page, some("refused.bin"))
    sentence = f"Failed: The store at {store.endpoint_url} cannot be reached, or refuses this page: "
    expect(phase(page, "refused.bin")).to_have_text(f"{sentence}its CORS rule has to allow PUT from {site.url}.")
    expect(page.get_by_role("button", name="Try again: refused.bin")).to_be_visible()


def test_an_image_is_drawn_that_the_store_sends(visit, site):
    page = visit("alice")
    page.goto(f"/objects/{put(site, 'dot.png', PIXEL, 'image/png')}/")
    page.wait_for_function("document.querySelector('.preview img').naturalWidth === 1")
