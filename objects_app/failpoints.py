"""Named points at which tests stop, fail or kill the program. In production nothing happens at them.

A test puts its own function into `hook`; the name says which verb is how far.
"""

from collections.abc import Callable


def _go_on(_name: str) -> None:
    """What is done at every point outside tests."""


hook: Callable[[str], None] = _go_on


def fp(name: str) -> None:
    hook(name)
