"""How durations are written in settings and in the age arguments of commands: `90s`, `15m`, `1h`, `7d`, or `0`."""

import re
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=36_500)


def parse_duration(text: str) -> timedelta:
    """Raise ValueError for anything but a whole number with its unit (`0` needs none), or for more than 100 years."""
    if text == "0":
        return timedelta(0)
    match = re.fullmatch(r"([0-9]{1,12})([smhd])", text)
    if not match:
        raise ValueError(f"'{text}' is not a duration: write a number and a unit, such as 90s, 15m, 1h or 7d")
    number, unit = match.groups()
    try:
        duration = timedelta(**{UNITS[unit]: int(number)})
    except OverflowError:
        duration = timedelta.max
    if duration > LONGEST:
        raise ValueError(f"'{text}' is too long: at most {LONGEST.days}d")
    return duration


def written(duration: timedelta) -> str:
    """What `parse_duration` reads, in the largest unit that leaves no rest."""
    return "{}{}".format(*_in_largest_unit(duration))


def in_words(duration: timedelta) -> str:
    number, unit = _in_largest_unit(duration)
    return f"{number} {UNITS[unit] if number != 1 else UNITS[unit].removesuffix('s')}"


def _in_largest_unit(duration: timedelta) -> tuple[int, str]:
    """Whole seconds, at least."""
    seconds = timedelta(seconds=duration // timedelta(seconds=1))
    unit = next(unit for unit in "dhms" if not seconds % timedelta(**{UNITS[unit]: 1}))
    return seconds // timedelta(**{UNITS[unit]: 1}), unit
