"""The one clock is the database's."""

from datetime import UTC, datetime, timedelta

from objects_app import clock
from objects_app.models import State, StoredObject
from tests.factories import make_object


def read(**expressions):
    return StoredObject.objects.annotate(**expressions).values(*expressions).get()


def test_before_and_after_are_counted_by_the_database(alice):
    make_object(alice)
    times = read(then=clock.ago(timedelta(hours=1)), soon=clock.after(timedelta(days=1)), present=clock.now())
    assert times["soon"] - times["present"] == timedelta(days=1)
    assert times["present"] - times["then"] == timedelta(hours=1)


def test_times_carry_their_zone(alice):
    make_object(alice)
    assert read(present=clock.now())["present"].tzinfo is UTC


def test_the_order_of_times_is_theirs_whatever_their_fraction(alice):
    stored_object = make_object(alice, state=State.UPLOADING)
    whole = datetime(2026, 1, 1, tzinfo=UTC)
    for earlier, later in [(0, 1), (999, 1000), (1000, 1001), (999_999, 1_000_000)]:
        moment = whole + timedelta(microseconds=earlier)
        StoredObject.objects.filter(pk=stored_object.pk).update(delete_after=moment)
        assert not StoredObject.objects.filter(delete_after__gte=whole + timedelta(microseconds=later)).exists()
