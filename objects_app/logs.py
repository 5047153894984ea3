"""Log lines: each has its request id, and never a key, a password, a signature or a signed query string.

Secrets are hidden in the finished line, so that messages, tracebacks and extra fields are all covered.
"""

import logging
import re

from pythonjsonlogger.json import JsonFormatter

from objects_app import request_id

# A key may have been cut or mistyped and still be worth hiding; the rest of a bearer's token is hidden whatever it is.
KEY = re.compile(r"hld_[0-9A-Za-z]{4,}")
BEARER = re.compile(r"(bearer\s+)[\w.~+/=*-]+", re.IGNORECASE)
SIGNED_QUERY = re.compile(r"(/(?:upload|download)/[\w%-]+\?)[^\s\"'\\<>]+")
SIGNATURE = re.compile(r"((?:signature|credential|security-token)=)[^\s&\"'\\<>]+", re.IGNORECASE)
PASSWORD = re.compile(
    r"""((?:password|secret_key|csrfmiddlewaretoken)\\?["']?\s*[=:]\s*)(?:(\\?["']).*?\2|[^\s&,}"'\\]+)""",
    re.IGNORECASE,
)


# Each with what it shows instead, and words of which one must be there before it is worth looking.
SECRETS = [
    (("hld_",), KEY, "hld_***"),
    (("bearer",), BEARER, r"\1***"),
    (("/upload/", "/download/"), SIGNED_QUERY, r"\1***"),
    (("signature=", "credential=", "security-token="), SIGNATURE, r"\1***"),
    (("password", "secret_key", "csrfmiddlewaretoken"), PASSWORD, r"\1***"),
]


def hide_secrets(text: str) -> str:
    folded = text.casefold()
    for words, secret, shown in SECRETS:
        if any(word in folded for word in words):
            text = secret.sub(shown, text)
    return text


class AddRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.current.get() or "-"
        return True


class ConsoleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        """A line break in what a client sent must not begin a line that looks like ours."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class JSONFormatter(JsonFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))
