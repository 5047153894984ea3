"""docs/openapi.yaml: what the views say, all that is routed, and what the answers really hold."""

import io

import pytest
import schemathesis
import yaml
from django.core.management import call_command
from django.urls import get_resolver

from objects_app.api.outputs import ObjectOutput, PageOutput, UploadOutput, object_shape, page_shape, upload_shape
from objects_app.filters import Filters
from objects_app.listing import own_list
from objects_app.operations import objects
from objects_app.operations.objects import NewObject
from objects_app.web.docs import OPENAPI_FILE
from tests import factories

SIGNED = {("PUT", "/upload/{id}"), ("GET", "/download/{id}"), ("HEAD", "/download/{id}")}
NAMES = {"<str:pk>": "{id}", "<path:key>": "{key}"}


@pytest.fixture(scope="module")
def openapi() -> dict:
    return yaml.safe_load(OPENAPI_FILE.read_text())


def described(openapi: dict) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods}


def routed() -> set[tuple[str, str]]:
    """Method and path of everything under /v1, from the URL conf."""
    (api,) = (part for part in get_resolver().url_patterns if str(part.pattern) == "v1/")
    found = set()
    for route in api.url_patterns:
        path = f"/v1/{route.pattern}"
        for converter, name in NAMES.items():
            path = path.replace(converter, name)
        found |= {(method.upper(), path) for method in route.callback.actions}
    return found


def operations(openapi: dict) -> list[dict]:
    return [operation for methods in openapi["paths"].values() for operation in methods.values()]


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "https://objects.example.com"])
def test_the_committed_file_is_what_the_code_describes_wherever_it_runs(settings, base_url):
    settings.PUBLIC_BASE_URL = base_url
    written = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    assert written.getvalue().strip() == OPENAPI_FILE.read_text().strip(), "run make openapi"


def test_schemathesis_finds_nothing_wrong_with_the_file(openapi):
    schema = schemathesis.openapi.from_dict(openapi)
    schema.validate()
    assert schema.statistic.operations.total == len(operations(openapi))


def test_every_route_is_described_and_every_description_is_routed(openapi):
    assert described(openapi) == {route for route in routed() if route[0] != "HEAD"} | SIGNED


def test_every_operation_has_a_name_of_its_own(openapi):
    names = [operation["operationId"] for operation in operations(openapi)]
    assert len(set(names)) == len(names)


def test_every_call_under_v1_needs_a_key_and_a_signed_url_needs_none(openapi):
    for path, methods in openapi["paths"].items():
        wanted = [{"apiKey": []}] if path.startswith("/v1/") else [{}]
        assert [operation["security"] for operation in methods.values()] == [wanted] * len(methods), path


def test_every_answer_carries_the_request_id(openapi):
    shared = openapi["components"]["responses"]
    answers = [each for operation in operations(openapi) for each in operation["responses"].values()]
    answers = [shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in answers]
    assert all("X-Request-Id" in answer["headers"] for answer in answers)


def test_an_object_has_exactly_the_fields_that_are_described(alice):
    assert object_shape(factories.make_object(alice)).keys() == ObjectOutput().fields.keys()


def test_an_upload_has_exactly_the_fields_that_are_described(alice):
    upload = objects.create_object(NewObject("notes.txt", "text/plain"), actor=alice.actor)
    assert upload_shape(upload).keys() == UploadOutput().fields.keys()


def test_a_page_has_exactly_the_fields_that_are_described(alice):
    factories.make_object(alice)
    page = own_list(alice.actor, Filters()).page(limit=20)
    shape = page_shape(page) | {"total_count": 1}
    assert shape.keys() == PageOutput().fields.keys()
    assert shape["objects"][0].keys() == ObjectOutput().fields.keys()
