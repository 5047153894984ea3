"""How an environment variable is read: one function for each kind of value, which refuses a bad one in one sentence."""

import os
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from objects_app.durations import parse_duration


@dataclass(frozen=True)
class Reading:
    """What a variable was read as, secret or not."""

    value: str
    is_given: bool


READINGS: dict[str, Reading] = {}  # in the order in which they were read


def text(name: str, *, default: str = "") -> str:
    """To the letter: a secret key may begin with a dollar sign."""
    value = os.environ.get(name, default)
    READINGS[name] = Reading(value, is_given=name in os.environ)
    return value


def words(name: str) -> list[str]:
    """By commas, with spaces around them or not."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def networks(name: str) -> list[str]:
    for network in words(name):
        try:
            ip_network(network)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name}: '{network}' is no address and no network, such as 10.0.0.0/8"
            ) from None
    return words(name)


def folder(name: str) -> Path | None:
    """None where it is not set."""
    return Path(text(name)).absolute() if text(name) else None


def writable_file(name: str) -> str:
    if not text(name):
        return ""
    path = Path(text(name)).absolute()
    try:
        path.open("a").close()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {path} cannot be written: {error.strerror}") from None
    return str(path)


def duration(name: str, *, default: str) -> timedelta:
    try:
        return parse_duration(text(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def optional_duration(name: str) -> timedelta | None:
    """None where it is not set."""
    return duration(name, default="") if text(name) else None


def whole_number(name: str, *, default: int, least: int = 1) -> int:
    number = text(name, default=str(default))
    if not number.isascii() or not number.isdigit() or int(number) < least:
        raise ImproperlyConfigured(f"{name}: '{number}' is not a whole number of at least {least}")
    return int(number)


def switch(name: str, *, default: bool) -> bool:
    position = text(name, default=str(default)).lower()
    if position not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name}: '{position}' is neither true nor false")
    return position == "true"


def choice(name: str, options: tuple[str, ...]) -> str:
    """The first option is the default."""
    chosen = text(name, default=options[0])
    if chosen not in options:
        raise ImproperlyConfigured(f"{name}: '{chosen}' is none of {', '.join(options)}")
    return chosen
