"""Messages come twice, late, or never (races X16 and X17): the rows alone say what is left to do."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from objects_app.lifecycle.jobs import JOBS
from objects_app.models import ApiKey, AuditEvent, IdempotencyRecord, KeyUse, State, StoredObject
from objects_app.operations import objects
from objects_app.storage import get_storage
from objects_app.tasks import TASKS
from tests.factories import make_object, make_person, put_bytes, store_blob
from tests.operations.history import row, storage_fails


@pytest.fixture
def neglected(alice, set_clock, monkeypatch, disk) -> dict[str, StoredObject]:
    """An installation that no worker has looked after: something is left to do for every job."""
    moment = set_clock(hours=0)
    made = {name: make_object(alice, name, state=State.UPLOADING) for name in ("stale", "fresh")}
    put_bytes(made["stale"], b"hello")
    made |= {"due": make_object(alice, "due", time_to_live=timedelta(hours=1)), "kept": make_object(alice, "kept")}
    made |= {"deleted": make_object(alice, "deleted"), "damaged": make_object(alice, "damaged")}
    with monkeypatch.context() as broken:
        broken.setattr(get_storage(), "delete", storage_fails)
        objects.delete_object(made["deleted"], actor=alice.actor)
    disk._path(made["damaged"].blob_key).unlink()
    KeyUse.objects.create(key=alice.key, at=moment, address="10.0.0.1")
    IdempotencyRecord.objects.create(account=alice.account, fingerprint="old", target_id="x", created_at=moment)
    later = set_clock(days=2)
    StoredObject.objects.filter(pk=made["fresh"].pk).update(last_activity_at=later)
    return made


def states(made: dict[str, StoredObject]) -> dict[str, str]:
    return {name: row(each).state for name, each in made.items()}


def everything() -> list[list[dict]]:
    """Every row that a job could have changed."""
    models = (StoredObject, AuditEvent, ApiKey, KeyUse, IdempotencyRecord)
    return [list(model.objects.order_by("pk").values()) for model in models]


def assert_all_is_done(made: dict[str, StoredObject]) -> None:
    done = dict.fromkeys(made, State.DELETED) | {"fresh": "UPLOADING", "kept": "READ_ONLY", "damaged": "ERROR"}
    assert states(made) == done
    assert [entry.key for entry in get_storage().list_blobs()] == [made["kept"].blob_key]
    assert (KeyUse.objects.count(), IdempotencyRecord.objects.count()) == (0, 0)
    assert ApiKey.objects.get().last_used_from == "10.0.0.1"


def test_one_sweep_after_a_time_without_workers_does_all_of_it(neglected, capsys):
    with pytest.raises(CommandError, match="The stored bytes are missing"):
        call_command("sweep")
    assert_all_is_done(neglected)


def test_one_message_of_each_task_does_all_of_it(neglected):
    for task in TASKS.values():
        task()
    assert_all_is_done(neglected)


@pytest.mark.parametrize("job", JOBS)
def test_a_task_that_is_delivered_twice_does_nothing_the_second_time(neglected, job):
    TASKS[job]()
    once = everything()
    TASKS[job]()
    assert everything() == once


@pytest.mark.parametrize("job", JOBS)
def test_a_task_that_is_delivered_late_does_nothing(neglected, job):
    for task in TASKS.values():
        task()
    done = everything()
    TASKS[job]()
    assert everything() == done


def test_the_order_of_messages_makes_no_difference(neglected):
    for task in reversed(TASKS.values()):
        task()
    TASKS["verify_lengths"]()
    assert_all_is_done(neglected)


def test_a_second_sweep_finds_nothing(neglected, capsys):
    with pytest.raises(CommandError, match="missing"):
        call_command("sweep")
    done = everything()
    capsys.readouterr()
    call_command("sweep")
    handled = {line.partition(":")[0]: int(line.split()[1]) for line in capsys.readouterr().out.splitlines()}
    assert {job for job, rows in handled.items() if rows} == {"verify_lengths", "verify_seals"}
    assert everything() == done


def test_an_orphan_waits_for_its_age_whoever_sweeps(disk, db):
    make_person("alice")
    store_blob(b"young")
    call_command("sweep", "remove_orphans")
    assert len(list(disk.list_blobs())) == 1
