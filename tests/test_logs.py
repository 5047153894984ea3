"""Log lines in both formats: the request id is there, and secrets are not."""

import io
import json
import logging
import logging.config

import pytest
from django.conf import settings

from objects_app import request_id

SECRET = "hld_" + "0aZ9" * 12 + "x"
SIGNED = "/download/obj_1?v=1&account=acc_1&expires=17&signature=0123456789abcdef"
SECRETS = [
    f"key {SECRET} was used",
    f"Authorization: Bearer {SECRET}",
    "authorization: bearer eyJhbGciOi.J9-_~+/==",
    f"GET http://127.0.0.1:8000{SIGNED} HTTP/1.1",
    f'{{"download_url": "http://127.0.0.1:8000{SIGNED}"}}',
    "https://bucket.example/key?X-Amz-Credential=0123456789abcdef&X-Amz-Signature=0123456789abcdef",
    "POST {'email': 'a@example.com', 'password': 'correct horse'}",
    "password=correct",
]
NEVER = [SECRET, SECRET[4:], "eyJ", "0123456789abcdef", "correct", "horse", "acc_1"]


@pytest.fixture(params=["console", "json"])
def lines(request) -> io.StringIO:
    """What the handler of the settings writes in this format."""
    configurator = logging.config.DictConfigurator(settings.LOGGING)
    formatter = configurator.configure_formatter(configurator.config["formatters"][request.param])
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    for name in settings.LOGGING["handlers"]["main"]["filters"]:
        handler.addFilter(configurator.configure_filter(configurator.config["filters"][name]))
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)


@pytest.mark.parametrize("message", SECRETS)
def test_no_secret_is_in_a_message(lines, message):
    logging.getLogger("tests.logs").info("%s", message)
    assert "***" in lines.getvalue()
    assert [secret for secret in NEVER if secret in lines.getvalue()] == []


@pytest.mark.parametrize("message", SECRETS)
def test_no_secret_is_in_a_traceback(lines, message):
    try:
        raise ValueError(message)
    except ValueError:
        logging.getLogger("tests.logs").exception("it failed")
    assert "Traceback" in lines.getvalue()
    assert [secret for secret in NEVER if secret in lines.getvalue()] == []


def test_the_line_has_the_id_of_the_request(lines):
    token = request_id.current.set("req_of_this_test")
    try:
        logging.getLogger("tests.logs").info("done")
    finally:
        request_id.current.reset(token)
    assert "req_of_this_test" in lines.getvalue()


def test_a_line_break_begins_no_new_line(lines):
    logging.getLogger("tests.logs").info("a name\n2026-01-01 INFO holdall.access forged")
    assert lines.getvalue().count("\n") == 1


@pytest.mark.parametrize("lines", ["json"], indirect=True)
@pytest.mark.parametrize("message", [*SECRETS, 'quotes " and \\ and Bearer "x"'])
def test_a_json_line_stays_json(lines, message):
    logging.getLogger("tests.logs").info("%s", message, extra={"status": 200})
    line = json.loads(lines.getvalue())
    assert {"time", "level", "logger", "request_id", "message", "status"} == line.keys()
    assert (line["level"], line["logger"], line["status"]) == ("INFO", "tests.logs", 200)


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_extra_fields_hide_secrets_too(lines):
    logging.getLogger("tests.logs").info("done", extra={"path": SIGNED, "key": SECRET})
    assert [secret for secret in NEVER if secret in lines.getvalue()] == []
