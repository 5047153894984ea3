"""Kept statements: what they find and change is what the querysets say that they were made of."""

import json
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from objects_app import access, clock, compiled, insertions, listing, lookup
from objects_app.errors import ObjectNotFound
from objects_app.filters import Filters
from objects_app.listing import ORDERS
from objects_app.models import Account, AuditEvent, State, StoredObject
from objects_app.models.objects import SHOWN_COLUMNS
from tests.factories import make_object

pytestmark = pytest.mark.django_db


def named(*, name: str, size: int = 0):
    rows = StoredObject.objects.filter(name=name)
    return (rows.filter(size_bytes=size) if size else rows).order_by("id").values_list("id", "name", "metadata")


def renaming(*, object_id: str, name: str, size: int):
    return StoredObject.objects.filter(pk=object_id), {"name": name, "declared_size": size}


def changing_with_the_clock():
    return StoredObject.objects.with_current_state().values_list("seen_at")


def forgetting(*, name: str):
    return named(name=name).filter(size_bytes=1)


def test_rows_are_those_of_the_queryset_for_every_value(alice):
    for name in ("a", "b"):
        make_object(alice, name=name, metadata={"of": name})
    for name in ("a", "b", "c", "a"):
        assert compiled.rows(named, name=name) == list(named(name=name))
        assert compiled.count(named, name=name) == named(name=name).count()
    assert compiled.first(named, name="b").metadata == {"of": "b"}
    assert compiled.first(named, name="c") is None


def test_a_second_call_asks_the_same_sql(alice):
    with CaptureQueriesContext(connection) as asked:
        compiled.rows(named, name="it's %s")
        compiled.rows(named, name="another")
    first, second = (query["sql"] for query in asked.captured_queries)
    assert first.replace("it''s %s", "another") == second


def test_a_value_that_the_query_changes_is_refused(db):
    def folding(*, name: str):
        return StoredObject.objects.filter(name__contains=name).values_list("id")

    with pytest.raises(ValueError, match="as they are"):
        compiled.rows(folding, name="a")


def test_a_query_that_finds_nothing_by_itself_finds_nothing(db):
    def nothing(*, name: str):
        return StoredObject.objects.filter(name=name).none().values_list("id")

    assert compiled.rows(nothing, name="a") == []
    assert compiled.count(nothing, name="a") == 0


def test_a_sum_is_that_of_the_only_column(alice):
    for size in (1, 2, 4):
        make_object(alice, content=b"x" * size)

    def sizes(*, account: str):
        return StoredObject.objects.filter(account=account).values_list("size_bytes")

    assert compiled.count_and_sum(sizes, account=alice.account.pk) == (3, 7)
    assert compiled.count_and_sum(sizes, account="another") == (0, 0)


def test_another_clock_is_asked_anew(alice, set_clock):
    make_object(alice)
    before = compiled.first(changing_with_the_clock).seen_at
    assert compiled.first(changing_with_the_clock).seen_at - before < timedelta(minutes=30)
    set_clock(hours=1)
    assert compiled.first(changing_with_the_clock).seen_at - before > timedelta(minutes=30)


def test_an_update_changes_what_it_names_and_counts(alice):
    one, other = make_object(alice, name="one"), make_object(alice, name="other")
    assert compiled.update(renaming, object_id=one.pk, name="new", size=7) == 1
    assert compiled.update(renaming, object_id="obj_none", name="new", size=7) == 0
    assert list(StoredObject.objects.order_by("name").values_list("id", "name", "declared_size")) == [
        (one.pk, "new", 7),
        (other.pk, "other", other.declared_size),
    ]


def test_a_deletion_deletes_what_it_names_and_counts(alice):
    make_object(alice, name="one")
    account = Account.objects.create(name="gone")
    assert compiled.delete(lambda *, name: Account.objects.filter(name=name), name="gone") == 1
    assert not Account.objects.filter(pk=account.pk).exists()
    assert Account.objects.filter(pk=alice.account.pk).exists()


@pytest.mark.parametrize("model", [StoredObject, AuditEvent])
def test_what_is_created_is_what_the_orm_would_create(alice, model, set_clock):
    set_clock()
    columns = {
        StoredObject: {
            "account_id": alice.account.pk,
            "name": "n",
            "folded_name": "n",
            "content_type": "text/plain",
            "metadata": {"é": "%s"},
            "created_at": clock.now(),
            "delete_after": clock.after(timedelta(days=1)),
            "declared_size": 2**40,
        },
        AuditEvent: {"action": "object.created", "address": "::1", "details": {"a": [1, None]}, "bytes": 2**40},
    }[model]
    made, usual = insertions.create(model, **columns), model.objects.create(**columns)
    own = {"id", "at", "last_activity_at"}  # the database gives them
    stored, expected = model.objects.filter(pk=made.pk).values().get(), model.objects.filter(pk=usual.pk).values().get()
    assert {name: getattr(made, name) for name in stored} == stored
    assert {name: stored[name] for name in stored.keys() - own} == {
        name: expected[name] for name in stored.keys() - own
    }


FILTERS = [
    Filters(content_type="text/plain"),
    Filters(kind="text", is_public=False),
    *(Filters(state=state, is_public=is_public) for state, is_public in product(["", *State.values], [None, True])),
]


def test_every_page_and_count_is_that_of_the_queryset(alice, bob, set_clock):
    for number, (person, is_public) in enumerate(product((alice, bob), (True, False, True))):
        make_object(person, name=f"n{number}", is_public=is_public, content=b"x" * number)
    make_object(alice, state=State.UPLOADING, content_type="application/json")
    make_object(alice, state=State.DELETED)
    set_clock()
    make_object(alice, time_to_live=timedelta(hours=1))
    set_clock(hours=2)
    cursor = StoredObject.objects.filter(account=alice.account).order_by("created_at")[3].pk
    for filters in FILTERS:
        lists = [listing.own_list(alice.actor, filters, order) for order in ORDERS.values()]
        for found in [*lists, listing.public_list(bob.actor, filters)]:
            assert found.count() == found.rows.count()
            for after in ("", cursor) if isinstance(found, listing.OwnList) else ("",):
                assert found.page(limit=50, after=after).rows == list(
                    found.sorted_after(after).values_list(*SHOWN_COLUMNS)
                )


def test_an_object_is_found_by_whoever_sees_it_and_with_all_its_columns(alice, bob):
    private, public = make_object(alice, metadata={"a": "b"}), make_object(alice, is_public=True)
    found = lookup.visible_object(alice.actor, private.pk)
    expected = access.visible_objects(alice.actor).get(pk=private.pk)
    assert {each: vars(found)[each] for each in vars(expected) if each not in {"_state", "seen_at"}} == {
        each: vars(expected)[each] for each in vars(expected) if each not in {"_state", "seen_at"}
    }
    assert lookup.visible_object(bob.actor, public.pk) == public
    with pytest.raises(ObjectNotFound):
        lookup.visible_object(bob.actor, private.pk)


def test_any_text_is_found_among_others(alice):
    names = ["it's", 'a "b"', "\\", "ü %s", "["]
    made = [make_object(alice, name=name) for name in [*names, "other"]]
    found = StoredObject.objects.filter(name__among=json.dumps(names))
    assert {each.pk for each in found} == {each.pk for each in made[:-1]}
    assert not StoredObject.objects.filter(name__among="[]").exists()
