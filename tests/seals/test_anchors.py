# ruff: noqa: S608  whoever tampers writes statements of all kinds
"""Anchors: what each seal says, outside the database, which shows what was cut off at the end."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from objects_app.lifecycle import sealing
from objects_app.models import AuditSeal
from objects_app.seals import anchors
from objects_app.seals.chain import compare_with_anchor
from tests.seals.tampering import EVENTS, SEALS, ids, make_seals, record, run, seal, told


@pytest.fixture
def file(settings) -> Path:
    return Path(settings.AUDIT_ANCHOR_FILE)


def lines(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def compared(file: Path) -> list[str]:
    return [str(finding) for finding in compare_with_anchor(file)]


def rewrite(file: Path, number: int, **changes) -> None:
    kept = lines(file)
    kept[number] |= changes
    file.write_text("".join(f"{json.dumps(line)}\n" for line in kept))


def test_each_seal_is_a_line_that_says_what_the_seal_says(real_database, file):
    make_seals(2, 1)
    newest = AuditSeal.objects.get(number=2)
    assert [line["number"] for line in lines(file)] == [1, 2]
    assert {name: lines(file)[1][name] for name in ("hash", "signature", "key_id", "last_id", "kind")} == {
        "hash": newest.hash,
        "signature": newest.signature,
        "key_id": newest.key_id,
        "last_id": newest.last_id,
        "kind": "seal",
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert compared(file) == []


def test_seals_whose_writer_died_before_their_anchor_are_caught_up_with(real_database, file):
    make_seals(1, 1, 1)
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    seal()
    assert [line["number"] for line in lines(file)] == [1, 2, 3]


def test_a_file_that_is_begun_anew_begins_with_the_newest_seal(real_database, file):
    make_seals(1, 1)
    file.unlink()
    make_seals(1)
    assert [line["number"] for line in lines(file)] == [3]


def test_a_file_that_cannot_be_written_is_told_and_stops_no_seal(real_database, file):
    file.mkdir()
    record()
    swept = sealing.seal_audit(limit=10)
    assert (swept.rows, swept.trouble) == (1, (f"{file} cannot be used: Is a directory",))


def test_without_a_file_the_data_folder_has_one_unless_machines_come_and_go(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE, settings.DATA_DIR, settings.DATABASE_URL = "", tmp_path, ""
    assert anchors.place() == tmp_path / "audit.anchor"
    settings.DATABASE_URL = "postgresql:///holdall"
    assert anchors.place() is None
    assert anchors.catch_up() == ()


def test_every_seal_is_in_the_log_as_well(real_database, caplog):
    caplog.set_level("INFO", logger="objects_app")
    [made] = make_seals(2)
    assert f"audit seal 1 ends at event {made.last_id}: {made.hash}" in caplog.text


@pytest.fixture
def cut(unguarded, file) -> AuditSeal:
    """The last of three seals, which was cut off together with its events."""
    *_, last = make_seals(2, 2, 2)
    run(f"DELETE FROM {EVENTS} WHERE id >= %s", last.first_id)
    run(f"DELETE FROM {SEALS} WHERE number = %s", last.number)
    return last


def test_events_and_seals_that_were_cut_off_together_are_missed_by_the_anchor_alone(cut, file):
    assert told() == []
    assert compared(file) == [f"seal 3 is missing: it was anchored, and covered events up to {cut.last_id}"]


def test_the_next_run_tells_that_something_was_cut_off(cut, file):
    assert sealing.seal_audit(limit=10).trouble == (
        f"{file} knows seal 3, which the database does not: run verify_audit.",
    )


def test_a_chain_that_grew_again_after_the_cut_is_another_one(cut, file):
    record()
    seal()
    assert compared(file) == ["seal 3 is not the one that was anchored"]


def test_a_line_that_was_changed_is_told_from_a_seal_that_was(chain, file):
    rewrite(file, 1, hash="0" * 64)
    assert compared(file) == ["anchor line 2 was changed: its signature is wrong"]


def test_a_change_to_any_part_of_a_line_is_noticed(chain, file):
    for name, value in {"last_id": 1, "created_at": "", "kind": "", "key_id": "", "signature": ""}.items():
        before = file.read_text()
        rewrite(file, 1, **{name: value})
        [line] = compared(file)
        assert line.startswith("anchor line 2 ")
        file.write_text(before)


@pytest.mark.parametrize("line", ["", "nothing", "[]", "{}", '{"number": "x"}'])
def test_a_line_that_is_no_anchor_is_named(chain, file, line):
    with file.open("a") as opened:
        opened.write(f"{line}\n")
    assert compared(file) == ["anchor line 4 cannot be read"]
    seal()
    assert json.loads(file.read_text().splitlines()[-1])["number"] == 4


def test_a_seal_that_was_replaced_with_the_key_is_not_the_anchored_one(chain, file):
    """Whoever has the key can write a chain that is right in itself; the anchor is why it has to be kept elsewhere."""
    run(f"DELETE FROM {EVENTS} WHERE id = %s", ids()[7])
    run(f"DELETE FROM {SEALS} WHERE number = 3")
    seal()
    assert told() == []
    assert compared(file) == ["seal 3 is not the one that was anchored"]


def test_the_command_prints_the_newest_seal(real_database, file, capsys):
    with pytest.raises(CommandError, match="Nothing is sealed yet"):
        call_command("anchor")
    make_seals(1, 1)
    capsys.readouterr()
    call_command("anchor")
    assert json.loads(capsys.readouterr().out) == lines(file)[-1]
