"""What is unusual is found, once, and what is usual is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command

from objects_app import access, audit, clock
from objects_app.audit import AuditAction
from objects_app.lifecycle import anomalies, runs, sealing
from objects_app.models import ApiKey, AuditEvent, KeyNetwork, KeyUse, State
from objects_app.operations import keys, objects, uploads
from tests.factories import OPERATOR, make_object, put_bytes
from tests.operations.history import row

DAY = timedelta(days=1)


def look() -> list[AuditEvent]:
    """Seal all and look from where the last look ended; what was found by now."""
    sealing.seal_audit(limit=1_000)
    runs.run_job("find_anomalies", started_by="tests")
    return list(AuditEvent.objects.filter(action__startswith="anomaly.").order_by("id"))


def found() -> list[str]:
    return [event.action.removeprefix("anomaly.") for event in look()]


@pytest.fixture
def use(alice):
    """`use("192.0.2.1")`: Alice's key is used from there."""

    def use(address: str | None, action: AuditAction = AuditAction.OBJECT_CHANGED) -> None:
        audit.record(action, actor=replace(alice.actor, address=address), target_id="obj_x")

    return use


def test_a_usual_day_is_not_unusual(alice, use):
    make_object(alice)
    for address in (None, "192.0.2.1", "192.0.2.254"):
        use(address)
    assert found() == []


def test_a_key_in_a_new_network_is_told_once_with_its_address(alice, use):
    for address in ("192.0.2.1", "192.0.2.77", "198.51.100.7", "198.51.100.8", "192.0.2.9"):
        use(address)
    [event] = look()
    assert (event.action, event.target_id, event.account_id) == (
        "anomaly.key_from_new_network",
        alice.key.pk,
        alice.account.pk,
    )
    assert (event.details["mark"], event.details["address"]) == ("198.51.100.0/24", "198.51.100.7")
    use("198.51.100.9")
    assert len(look()) == 1


def test_networks_are_remembered_from_look_to_look(use):
    use("192.0.2.1")
    assert found() == []
    use("198.51.100.7")
    assert found() == ["key_from_new_network"]


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("::ffff:192.0.2.7", "::/48")],
)
def test_a_network_is_what_one_customer_gets(address, network):
    assert anomalies.network_of(address) == network


@pytest.fixture
def ask(use, settings):
    """`ask(3)`: three requests of Alice's key for what is not there; five are a burst."""
    settings.ANOMALY_NOT_FOUND = 5

    def ask(count: int) -> None:
        for _ in range(count):
            use(None, AuditAction.OBJECT_NOT_FOUND)

    return ask


def test_a_burst_of_404s_is_told_once_an_hour(alice, ask):
    ask(4)
    assert found() == []
    ask(1)
    [event] = look()
    assert (event.action, event.target_id) == ("anomaly.not_found_burst", alice.key.pk)
    ask(20)
    assert len(look()) <= 2  # two where the clock has just struck


def test_404s_far_apart_are_no_burst(ask, monkeypatch):
    monkeypatch.setattr(anomalies, "BURST", timedelta(0))
    ask(9)
    assert found() == []


def test_404s_of_different_keys_are_no_burst(alice, ask):
    ask(3)
    other, _ = keys.create_key(alice.account, name="other", actor=OPERATOR)
    for _ in range(3):
        audit.record(AuditAction.OBJECT_NOT_FOUND, actor=access.key_actor(other), target_id="obj_x")
    assert found() == []


@pytest.fixture
def download(settings):
    """Three downloads are many."""
    settings.ANOMALY_DOWNLOADS = 3

    def download(stored_object, count: int) -> None:
        actor = access.anonymous_actor(access.Via.SIGNED_URL)
        for _ in range(count):
            audit.record(AuditAction.CONTENT_DOWNLOADED, actor=actor, target=stored_object)

    return download


def test_many_downloads_after_a_publication_are_told_once_for_each(alice, download):
    notes = make_object(alice)
    for _ in range(2):
        objects.publish(row(notes), actor=alice.actor)
        download(notes, 4)
        look()
        download(notes, 4)
        look()
        objects.unpublish(row(notes), actor=alice.actor)
    assert found() == ["downloads_after_publication", "object_first_public", "downloads_after_publication"]


def test_downloads_before_the_publication_and_after_its_end_do_not_count(alice, download):
    notes = make_object(alice)
    download(notes, 5)
    objects.publish(row(notes), actor=alice.actor)
    download(notes, 2)
    objects.unpublish(row(notes), actor=alice.actor)
    download(notes, 5)
    assert found() == ["object_first_public"]


def test_downloads_of_what_was_never_toggled_are_usual(alice, download):
    download(make_object(alice), 9)
    assert found() == []


def test_an_object_is_public_for_the_first_time_once(alice):
    notes = make_object(alice)
    for change in (objects.publish, objects.unpublish, objects.publish):
        change(row(notes), actor=alice.actor)
    [event] = look()
    assert (event.action, event.target_id) == ("anomaly.object_first_public", notes.pk)


def test_an_object_that_is_made_public_is_so_from_its_completion_on(alice):
    upload = make_object(alice, state=State.UPLOADING, is_public=True)
    assert found() == []
    put_bytes(upload, b"hello")
    uploads.complete_upload(upload, actor=alice.actor)
    assert found() == ["object_first_public"]


def test_a_key_that_nobody_used_for_long_is_told_until_it_is_used_again(alice, set_clock):
    set_clock(days=89)
    assert found() == []
    set_clock(days=91)
    [event] = look()
    assert (event.action, event.target_id) == ("anomaly.key_unused", alice.key.pk)
    assert len(look()) == 1


def test_a_key_that_was_used_or_is_dead_is_not_told(alice, set_clock):
    set_clock(days=91)
    KeyUse.objects.create(key=alice.key, at=clock.now())
    dead, _ = keys.create_key(alice.account, name="dead", actor=OPERATOR)
    ApiKey.objects.filter(pk=dead.pk).update(created_at=clock.ago(91 * DAY))
    keys.revoke_key(dead, actor=OPERATOR)
    assert found() == []


def test_events_that_are_not_sealed_wait(alice):
    make_object(alice, is_public=True)
    runs.run_job("find_anomalies", started_by="tests")
    assert not AuditEvent.objects.filter(action__startswith="anomaly.").exists()


def test_a_look_by_hand_begins_at_the_beginning_and_tells_nothing_twice(alice, use, ask, capsys):
    make_object(alice, is_public=True)
    use("192.0.2.1")
    use("198.51.100.7")
    ask(6)
    sealing.seal_audit(limit=1_000)
    call_command("find_anomalies", "--dry-run")
    assert capsys.readouterr().out.endswith("find_anomalies: 3 with 0 bytes would go.\n")
    assert len(look()) == 3
    call_command("find_anomalies")
    assert len(look()) == 3
    assert KeyNetwork.objects.count() == 2


def test_a_batch_goes_on_where_the_last_one_ended(alice):
    make_object(alice, is_public=True)
    sealing.seal_audit(limit=1_000)
    cursor, rows = "", 0
    for _ in range(9):
        swept = anomalies.record_anomalies(before=clock.ago(DAY), limit=1, after=cursor)
        cursor, rows = swept.cursor, rows + swept.rows
    assert (rows, swept.more) == (1, False)
