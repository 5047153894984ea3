"""`fsck`: every object's bytes are looked at, and damage is told, named and counted."""

from threading import Thread
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from objects_app.management.commands import fsck
from objects_app.models import State
from objects_app.operations import objects
from tests.factories import make_object, make_person, put_bytes
from tests.operations.history import actions_on, row


def spoil(disk, stored_object, content: bytes) -> None:
    disk._path(row(stored_object).blob_key).write_bytes(content)


def test_sound_objects_are_counted_with_their_bytes(alice, disk, capsys):
    upload = make_object(alice, state=State.UPLOADING)
    put_bytes(upload, b"1234567")
    for state in (State.READ_ONLY, State.ERROR, State.DELETED):
        make_object(alice, state=state)
    call_command("fsck")
    assert capsys.readouterr().out == "2 objects with 12 bytes are sound.\n"


def test_damaged_objects_are_named_and_become_errors(alice, disk, capsys):
    flipped, _sound = make_object(alice, "flipped"), make_object(alice, "sound")
    spoil(disk, flipped, b"hellp")
    with pytest.raises(CommandError, match=r"^1 of 2 objects are damaged\.$"):
        call_command("fsck")
    told = f"{flipped.pk}: The stored bytes have another SHA-256 than at completion. flipped\n"
    assert (capsys.readouterr().out, row(flipped).state) == (told, State.ERROR)


def test_lengths_alone_do_not_find_a_flipped_byte_and_read_nothing(alice, disk, monkeypatch, capsys):
    spoil(disk, make_object(alice), b"hellp")
    monkeypatch.setattr(disk, "open", lambda _key: 1 / 0)
    call_command("fsck", "--lengths-only")
    assert "1 objects with 5 bytes are sound." in capsys.readouterr().out


@pytest.mark.parametrize(("options", "content"), [([], b"hellp"), (["--lengths-only"], b"hell")])
def test_a_dry_run_reports_and_changes_nothing(alice, disk, capsys, options, content):
    damaged = make_object(alice)
    spoil(disk, damaged, content)
    history, verified_at = actions_on(damaged), row(damaged).verified_at
    with pytest.raises(CommandError, match="1 of 1 objects are damaged"):
        call_command("fsck", "--dry-run", *options)
    assert capsys.readouterr().out.startswith(f"{damaged.pk}: The stored bytes have another")
    assert (row(damaged).state, row(damaged).verified_at, actions_on(damaged)) == ("READ_ONLY", verified_at, history)


def test_a_limit_and_batches_take_every_object_once(alice, monkeypatch, capsys):
    monkeypatch.setattr("objects_app.lifecycle.objects.BATCH", 2)
    for number in range(5):
        make_object(alice, str(number))
    for limit in ([], ["--limit", "3"]):
        call_command("fsck", *limit)
    assert capsys.readouterr().out == "5 objects with 25 bytes are sound.\n3 objects with 15 bytes are sound.\n"


def test_how_far_it_is_is_told_now_and_then(alice, monkeypatch, capsys):
    ticks = iter([0, 9, 10, 11, 11])
    monkeypatch.setattr(fsck, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    for number in range(3):
        make_object(alice, str(number))
    call_command("fsck")
    assert capsys.readouterr().err == "2 objects with 10 bytes so far, 0 damaged\n"


def test_it_can_write_while_others_write(real_database, disk, monkeypatch, capsys):
    alice = make_person("alice")
    for number in range(5):
        make_object(alice, str(number))
    really_examine = fsck.Command.examine

    def write_beside() -> None:
        make_object(alice, "beside")
        connections.close_all()

    def examine(command, *arguments, **options):
        thread = Thread(target=write_beside)
        thread.start()
        thread.join()
        return really_examine(command, *arguments, **options)

    monkeypatch.setattr("objects_app.lifecycle.objects.BATCH", 2)
    monkeypatch.setattr(fsck.Command, "examine", examine)
    call_command("fsck", "--before", "2099-01-01", "--limit", "5")
    assert "5 objects with 25 bytes are sound." in capsys.readouterr().out


def test_a_dry_run_is_silent_about_what_was_deleted_since_it_looked(alice, disk, monkeypatch, capsys):
    gone = make_object(alice)
    real = fsck.wrong_digest

    def delete_first(stored_object):
        objects.delete_object(gone, actor=alice.actor)
        return real(stored_object)

    monkeypatch.setattr(fsck, "wrong_digest", delete_first)
    call_command("fsck", "--dry-run")
    assert "1 objects with 5 bytes are sound." in capsys.readouterr().out
