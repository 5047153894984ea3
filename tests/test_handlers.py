"""The two handlers: what programs get goes past what only pages need, and is the same."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from config.handlers import Handlers
from tests.factories import make_object
from tests.wsgi import ask

pytestmark = pytest.mark.usefixtures("connections_stay")
OF_PAGES = {"Content-Security-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options", "Vary"}


@pytest.fixture(scope="module")
def handlers() -> Handlers:
    return Handlers()


@pytest.mark.parametrize("path", ["/v1/objects", "/v1/objects/{}", "/v1/objects/obj_none", "/v1/nothing", "/v1/"])
@pytest.mark.parametrize("is_known", [True, False])
def test_the_api_answers_as_it_does_behind_all_middleware(handlers, alice, path, is_known):
    path = path.format(make_object(alice).pk)
    secret = alice.secret if is_known else ""
    usual = Client().get(path, headers={"Authorization": f"Bearer {secret}", "X-Request-Id": "one"})
    given = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_X_REQUEST_ID": "one"}
    status, sent, body = ask(handlers, "GET", path, **given)
    headers = dict(sent)
    assert (int(status[:3]), body) == (usual.status_code, usual.content)
    assert headers == {name: value for name, value in usual.headers.items() if name in headers}
    assert usual.headers.keys() - headers.keys() <= OF_PAGES
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_have_all_of_it(handlers, db):
    status, sent, _ = ask(handlers, "GET", "/accounts/login/")
    headers = dict(sent)
    assert (int(status[:3]), headers["X-Frame-Options"]) == (200, "DENY")
    assert "script-src" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", settings.API_MIDDLEWARE)
def test_no_middleware_of_the_api_has_hooks_that_its_handler_leaves_out(name):
    assert name in settings.MIDDLEWARE
    assert not {"process_view", "process_template_response", "process_exception"} & set(dir(import_string(name)))
