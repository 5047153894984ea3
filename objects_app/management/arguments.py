"""How commands read their arguments: each bad value is refused in one sentence."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

from objects_app.durations import parse_duration
from objects_app.operations.keys import SCOPES

LONGEST_NAME = 200


def age(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def moment(text: str) -> datetime:
    """ISO 8601; UTC where it names no time zone."""
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"'{text}' is not a time such as 2026-11-25T08:00") from None


def lifetime(text: str) -> timedelta:
    duration = age(text)
    if not duration:
        raise ArgumentTypeError("a key that lives for 0 s is of no use")
    return duration


def count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def name(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise ArgumentTypeError(f"a name has 1 to {LONGEST_NAME} printable characters")
    return text


def scopes(text: str) -> tuple[str, ...]:
    chosen = text.split(",")
    unknown = sorted(set(chosen) - set(SCOPES))
    if unknown:
        raise ArgumentTypeError(f"'{unknown[0]}' is no scope; the scopes are {', '.join(SCOPES)}")
    return tuple(chosen)
