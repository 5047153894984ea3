"""Which pages of other origins a bucket lets in: the first of its rules that fits speaks, as in S3."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

Rules = Callable[[str], list[dict[str, Any]]]
Headers = list[tuple[str, str]]


def preflight(rules: list[dict[str, Any]], headers: Mapping[str, str]) -> Headers | None:
    """What a browser is told before its request; None where it may not send it."""
    asked = [name.strip().lower() for name in headers.get("access-control-request-headers", "").split(",")]
    method = headers.get("access-control-request-method", "")
    rule = _first(rules, headers.get("origin", ""), method, [name for name in asked if name])
    if rule is None:
        return None
    return [
        *_allowed(headers["origin"]),
        ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])),
        ("Access-Control-Allow-Headers", ", ".join(asked)),
        ("Access-Control-Max-Age", str(rule.get("MaxAgeSeconds", 0))),
    ]


def readable(rules: list[dict[str, Any]], origin: str, method: str) -> Headers:
    """What an answer carries so that the page may read it."""
    return _allowed(origin) if _first(rules, origin, method, []) else []


def _allowed(origin: str) -> Headers:
    return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]


def _first(rules: list[dict[str, Any]], origin: str, method: str, headers: list[str]) -> dict[str, Any] | None:
    for rule in rules:
        allowed = [name.lower() for name in rule.get("AllowedHeaders", [])]
        if (
            any(fnmatchcase(origin, each) for each in rule["AllowedOrigins"])
            and method in rule["AllowedMethods"]
            and all(any(fnmatchcase(name, each) for each in allowed) for name in headers)
        ):
            return rule
    return None
