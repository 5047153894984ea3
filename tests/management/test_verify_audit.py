"""`verify_audit`: what it says, to whom it says it, and the exit code."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from objects_app.management.commands import verify_audit
from objects_app.models import AuditSeal
from tests.seals.tampering import ids, make_seals, record, run, take_triggers_away


@pytest.fixture
def chain(sqlite_database) -> list[AuditSeal]:
    """Three seals over two events each, in which nobody but a test will change something."""
    made = make_seals(2, 2, 2)
    take_triggers_away()
    return made


def change(place: int) -> str:
    run("UPDATE objects_app_auditevent SET result = 'cut' WHERE id = %s", ids()[place])
    return f"event {ids()[place]} was changed\n"


def test_a_sound_trail_is_told_with_its_size_and_what_is_not_sealed(chain, capsys):
    record(3)
    capsys.readouterr()
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert out.startswith("6 events and 3 seals in ")
    assert " events/s; 0 events were removed as too old; 3 are not sealed yet.\n" in out
    assert out.endswith("The audit trail is what was sealed.\n")


def test_what_is_wrong_is_named_and_the_exit_code_is_1(chain, capsys):
    lines = change(0) + change(3)
    with pytest.raises(CommandError, match="2 things are wrong") as raised:
        call_command("verify_audit")
    assert raised.value.returncode == 1
    assert lines in capsys.readouterr().out


def test_the_file_of_the_settings_is_compared(chain, settings):
    with Path(settings.AUDIT_ANCHOR_FILE).open("a") as file:
        file.write("nothing\n")
    with pytest.raises(CommandError, match="1 things are wrong"):
        call_command("verify_audit")


def test_another_file_may_be_compared_in_its_place(chain, settings, tmp_path, capsys):
    Path(settings.AUDIT_ANCHOR_FILE).write_text("nothing\n")
    call_command("anchor")
    kept = tmp_path / "kept"
    kept.write_text(capsys.readouterr().out.splitlines()[-1])
    call_command("verify_audit", "--anchor", str(kept))
    assert "what was sealed" in capsys.readouterr().out


def test_a_given_file_that_is_not_there_is_no_good_answer(chain, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("verify_audit", "--anchor", str(tmp_path / "nowhere"))


def test_without_an_anchor_it_says_what_it_cannot_know(chain, settings, capsys):
    Path(settings.AUDIT_ANCHOR_FILE).unlink()
    call_command("verify_audit")
    assert "There is no anchor to compare with" in capsys.readouterr().out


@pytest.mark.parametrize(("bounds", "found"), [({}, 3), ({"from": 1}, 2), ({"to": 1}, 2), ({"from": 1, "to": 1}, 1)])
def test_a_time_bounds_what_is_looked_at(chain, bounds, found):
    for place in (0, 2, 4):
        change(place)
    given = [f"--{name}={chain[number].newest_at.isoformat()}" for name, number in bounds.items()]
    with pytest.raises(CommandError, match=f"{found} things are wrong"):
        call_command("verify_audit", *given)


def test_a_time_after_everything_leaves_nothing_to_look_at(chain, capsys):
    change(0)
    call_command("verify_audit", f"--from={(chain[-1].newest_at + timedelta(days=1)).isoformat()}")
    assert "0 events and 0 seals" in capsys.readouterr().out


def test_an_empty_trail_is_sound(sqlite_database, capsys):
    call_command("verify_audit")
    assert "0 events and 0 seals" in capsys.readouterr().out


def test_a_long_check_tells_how_far_it_is(chain, monkeypatch, capsys):
    monkeypatch.setattr(verify_audit, "TOLD_EVERY_SECONDS", 0)
    call_command("verify_audit")
    assert "4 events and 2 seals so far" in capsys.readouterr().err


def test_seals_of_earlier_keys_are_counted(chain, settings, capsys):
    settings.SECRET_KEY = "another key, which was made later, of fifty letters"
    make_seals(1)
    call_command("verify_audit")
    assert "3 seals are signed with earlier keys" in capsys.readouterr().out
