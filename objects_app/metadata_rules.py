"""What metadata may be, whoever sends it."""

from objects_app.text import is_clean

MOST_PAIRS = 64
LONGEST_KEY = 128
LONGEST_VALUE = 4096
LARGEST = 32 * 1024


def problem_of(metadata: dict[str, str]) -> str:
    """One sentence on the first thing that is wrong; empty where nothing is."""
    if len(metadata) > MOST_PAIRS:
        return f"This must have at most {MOST_PAIRS} entries."
    for key, value in metadata.items():
        if problem := _problem_of_pair(key, value):
            return problem
    if sum(len(key.encode()) + len(value.encode()) for key, value in metadata.items()) > LARGEST:
        return f"Keys and values together must have at most {LARGEST} bytes."
    return ""


def _problem_of_pair(key: str, value: str) -> str:
    if not 1 <= len(key) <= LONGEST_KEY:
        return f"A key must have 1 to {LONGEST_KEY} characters."
    if len(value) > LONGEST_VALUE:
        return f"A value must have at most {LONGEST_VALUE} characters."
    if not (is_clean(key) and is_clean(value)):
        return "Keys and values must not contain control characters."
    return ""
