"""Totals from kept counts: what they say is what counting would say, whatever happened."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from objects_app import clock, listing, totals
from objects_app.filters import Filters
from objects_app.lifecycle import counts
from objects_app.lifecycle import objects as sweeps
from objects_app.models import ObjectCount, State, StoredObject
from objects_app.operations import accounts, objects
from tests.factories import OPERATOR, make_object

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FILTERS = [
    Filters(state=state, is_public=is_public) for state, is_public in product(["", *State.values], [None, True, False])
]


def assert_all_totals_are_right(*people):
    for person, filters in product(people, FILTERS):
        for found in (listing.own_list(person.actor, filters), listing.public_list(person.actor, filters)):
            assert found.count() == found.rows.count(), (found, filters)
    finished = StoredObject.objects.with_current_state().filter(current_state=State.READ_ONLY)
    assert totals.finished() == finished.count()


@pytest.fixture
def a_history(alice, bob, set_clock):
    """Objects in every state and visibility, of which some have changed it, and some are past their time."""
    set_clock()
    for person, is_public in product((alice, bob), (True, False)):
        for state in State:
            make_object(person, state=state, is_public=is_public)
        make_object(person, is_public=is_public, time_to_live=HOUR)
        make_object(person, is_public=is_public, time_to_live=HOUR, state=State.UPLOADING)
    objects.publish(make_object(alice), actor=alice.actor)
    objects.unpublish(make_object(alice, is_public=True), actor=alice.actor)
    return alice, bob


def test_totals_are_right_in_every_state_and_visibility(a_history):
    assert_all_totals_are_right(*a_history)


def test_what_is_past_its_time_counts_as_deleted_before_and_after_the_sweep(a_history, set_clock):
    set_clock(hours=2)
    assert_all_totals_are_right(*a_history)
    assert sweeps.delete_due_objects(before=clock.now()).rows == 8
    assert_all_totals_are_right(*a_history)


def test_what_a_suspended_account_made_public_is_not_counted_for_others(a_history):
    alice, bob = a_history
    accounts.suspend_account(alice.account, actor=OPERATOR)
    assert_all_totals_are_right(bob)


def test_what_is_rolled_back_was_never_counted(alice):
    with transaction.atomic():
        make_object(alice)
        transaction.set_rollback(True)
    assert not ObjectCount.objects.exists()


def test_rows_that_go_or_move_to_another_account_are_counted_there(alice, bob):
    moved, gone = make_object(alice), make_object(alice)
    StoredObject.objects.filter(pk=moved.pk).update(account=bob.account)
    gone.delete()
    assert_all_totals_are_right(alice, bob)
    assert listing.own_list(bob.actor, Filters()).count() == 1


def test_a_total_takes_one_statement(a_history):
    alice, _ = a_history
    for found in (listing.own_list(alice.actor, Filters()), listing.public_list(alice.actor, Filters())):
        with CaptureQueriesContext(connection) as asked:
            found.count()
        assert len(asked.captured_queries) == 1


def test_folding_leaves_one_row_of_each_and_changes_no_total(a_history):
    while counts.fold_counts(before=clock.now(), limit=3).more:
        assert_all_totals_are_right(*a_history)
    groups = list(ObjectCount.objects.values_list("account_id", "state", "is_public"))
    assert len(groups) == len(set(groups))
    assert_all_totals_are_right(*a_history)


def test_what_adds_up_to_nothing_leaves_no_row(alice):
    objects.delete_object(make_object(alice), actor=alice.actor)
    counts.fold_counts(before=clock.now())
    assert list(ObjectCount.objects.values_list("state", "amount")) == [(State.DELETED, 1)]


def test_a_recount_finds_nothing_where_nothing_is_wrong(a_history):
    swept = counts.recount_objects(before=clock.now())
    assert (swept.rows, swept.trouble) == (0, ())


def test_a_recount_names_what_is_wrong_and_sets_it_right(a_history):
    alice, bob = a_history
    ObjectCount.objects.filter(account=alice.account, state=State.READ_ONLY).delete()
    ObjectCount.objects.create(account=bob.account, state=State.ERROR, is_public=False, amount=3)
    [found] = [each for each in counts.find_wrong(clock.now()) if each.name == bob.account.pk]
    assert found.id == "-3 ERROR"
    swept = counts.recount_objects(before=clock.now())
    assert swept.rows == 3
    assert f"{bob.account.pk}: -3 ERROR were not counted rightly" in swept.trouble
    assert_all_totals_are_right(*a_history)


def test_a_recount_walks_through_the_accounts(a_history):
    ObjectCount.objects.all().delete()
    first = counts.recount_objects(before=clock.now(), limit=1)
    assert (first.more, bool(first.cursor)) == (True, True)
    counts.recount_objects(before=clock.now(), after=first.cursor)
    assert_all_totals_are_right(*a_history)


@pytest.mark.parametrize("filters", [Filters(content_type="text/plain"), Filters(name="notes"), Filters(kind="text")])
def test_where_no_count_is_kept_many_are_not_counted(alice, monkeypatch, filters):
    for _ in range(3):
        make_object(alice)
    found = listing.own_list(alice.actor, filters)
    monkeypatch.setattr(listing, "MOST_COUNTED", 3)
    assert found.count() == 3
    make_object(alice)
    monkeypatch.setattr(listing.compiled, "_statements", {})
    assert found.count() is None
