# ruff: noqa: S608  whoever tampers writes statements of all kinds
"""Random histories: nothing is found in one that nobody touched, and one change to any of them is always found."""

import contextlib
from pathlib import Path

from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from objects_app import clock, seals
from objects_app.lifecycle import sealing
from objects_app.models import AuditEvent, AuditSeal
from objects_app.seals.chain import Check, compare_with_anchor
from tests.seals.tampering import EVENTS, SEALS, record, run, take_triggers_away
from tests.seals.test_chain import CHANGES, SEAL_CHANGES

DETAILS = st.dictionaries(st.text("abü\n", max_size=3), st.none() | st.integers(-9, 9) | st.text("x\\ü", max_size=3))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.integers(1, 4), DETAILS),
        st.tuples(st.just("seal"), st.integers(1, 5)),
        st.tuples(st.just("forget"), st.integers(1, 6)),
        st.tuples(st.just("roll back")),
    ),
    max_size=12,
)
ELSE = ("delete event", "delete seal", "swap", "insert", "cut off", "anchor")
TAMPERINGS = st.one_of(
    st.tuples(st.just("event"), st.sampled_from(list(CHANGES.values()))),
    st.tuples(st.just("seal"), st.sampled_from(list(SEAL_CHANGES.values()))),
    *(st.just((way, "")) for way in ELSE),
)


@contextlib.contextmanager
def undone():
    """What an example did is taken back, so that the next one begins with an empty trail."""
    Path(settings.AUDIT_ANCHOR_FILE).unlink(missing_ok=True)
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def live(steps) -> None:
    for name, *arguments in steps:
        match name:
            case "record":
                count, details = arguments
                record(count, extra=details)
            case "seal":
                sealing.seal_audit(limit=arguments[0])
            case "forget":
                sealing.forget_audit_events(before=clock.now(), limit=arguments[0])
            case "roll back":
                with contextlib.suppress(ZeroDivisionError), transaction.atomic():
                    record()
                    raise ZeroDivisionError


def found() -> list[str]:
    path = Path(settings.AUDIT_ANCHOR_FILE)
    anchored = compare_with_anchor(path) if path.exists() else []
    return [str(finding) for finding in [*Check().findings(), *anchored]]


def covered_events() -> list[int]:
    return list(AuditEvent.objects.filter(id__lte=sealing.sealed_to()).order_by("id").values_list("id", flat=True))


def snapshot() -> list[list[tuple]]:
    """Everything a check looks at."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    rows = [[(event.id, event.text) for event in seals.events_after(0, upto=sealing.sealed_to())]]
    rows.append([tuple(map(bytes_of, row)) for row in AuditSeal.objects.order_by("number").values_list()])
    return [*rows, [(path.read_text() if path.exists() else "",)]]


def bytes_of(value):
    return bytes(value) if isinstance(value, memoryview) else value


def tamper(how: str, change: str, place: int) -> None:
    """Nothing is done where there is nothing that this could be done to."""
    events = covered_events()
    numbers = list(AuditSeal.objects.order_by("number").values_list("number", flat=True))
    one, number = (each[place % len(each)] if each else 0 for each in (events, numbers))
    ways = {
        "event": lambda: run(f"UPDATE {EVENTS} SET {change} WHERE id = %s", one),
        "seal": lambda: run(f"UPDATE {SEALS} SET {change} WHERE number = %s", number),
        "delete event": lambda: run(f"DELETE FROM {EVENTS} WHERE id = %s", one),
        "delete seal": lambda: run(f"DELETE FROM {SEALS} WHERE number = %s", number),
        "insert": lambda: insert(events, place),
        "swap": lambda: swap(one, events[place % len(events) - 1]) if len(events) > 1 else None,
        "cut off": lambda: cut_off(one),
        "anchor": lambda: change_anchor(place),
    }
    ways[how]()


def cut_off(first: int) -> None:
    run(f"DELETE FROM {EVENTS} WHERE id >= %s", first)
    run(f"DELETE FROM {SEALS} WHERE last_id >= %s", first)


def insert(events: list[int], place: int) -> None:
    gaps = sorted(set(range(1, sealing.sealed_to())) - set(events))
    copied = ", ".join(seals.COLUMNS)
    if gaps and events:
        statement = f"INSERT INTO {EVENTS} (id, {copied}) SELECT %s, {copied} FROM {EVENTS} WHERE id = %s"
        run(statement, gaps[place % len(gaps)], events[0])


def swap(one: int, other: int) -> None:
    for now, then in ((one, -1), (other, one), (-1, other)):
        run(f"UPDATE {EVENTS} SET id = %s WHERE id = %s", then, now)


def change_anchor(place: int) -> None:
    path = Path(settings.AUDIT_ANCHOR_FILE)
    content = path.read_text()
    place %= len(content)
    path.write_text(content[:place] + ("7" if content[place] != "7" else "8") + content[place + 1 :])


slowly = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@slowly
@given(steps=STEPS)
def test_nothing_is_found_where_nobody_tampered(real_database, steps):
    with undone():
        live(steps)
        assert found() == []


@slowly
@given(steps=STEPS, tampering=TAMPERINGS, place=st.integers(0, 20))
def test_one_change_to_anything_is_found(real_database, steps, tampering, place):
    with undone():
        live([("record", 2, {}), ("seal", 2), *steps])
        take_triggers_away()
        before = snapshot()
        tamper(*tampering, place)
        is_changed = snapshot() != before
        event(f"{tampering[0]}: {'changed' if is_changed else 'nothing to change'}")
        assert bool(found()) == is_changed
