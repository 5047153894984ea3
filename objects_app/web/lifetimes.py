"""How long objects of the pages live, as a person chooses it."""

from datetime import timedelta

from objects_app.durations import in_words, parse_duration, written

LIFETIMES = {
    "": "Until it is deleted",
    "1d": "1 day",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "365d": "1 year",
}


def lifetimes_with(default: timedelta | None) -> list[tuple[str, str]]:
    """What can be chosen, with what is chosen already, whichever that is."""
    known = LIFETIMES if default is None else {written(default): in_words(default)} | LIFETIMES
    return sorted(known.items(), key=lambda each: parse_duration(each[0] or "0"))


def chosen(default: timedelta | None) -> str:
    return written(default) if default else ""


def lifetime_of(choice: str) -> timedelta | None:
    return parse_duration(choice) if choice else None
