"""`expire_uploads`: the sweep of stale uploads by hand."""

import pytest
from django.core.management import CommandError, call_command

from objects_app.lifecycle import runs
from objects_app.models import JobRun, State, StoredObject
from tests.factories import make_object, put_bytes


def states() -> list[str]:
    return list(StoredObject.objects.order_by("created_at", "id").values_list("state", flat=True))


@pytest.fixture
def uploads(alice) -> list[StoredObject]:
    """Three, the first with five bytes staged, beside a finished object."""
    made = [make_object(alice, f"upload {number}", state=State.UPLOADING) for number in range(3)]
    put_bytes(made[0], b"hello")
    make_object(alice, "finished")
    return made


def test_age_zero_expires_every_upload_and_nothing_else(uploads, capsys):
    call_command("expire_uploads", "--older-than", "0")
    assert sorted(states()) == [State.DELETED] * 3 + [State.READ_ONLY]
    assert capsys.readouterr().out == "expire_stale_uploads: 3 with 5 bytes done.\n"


def test_the_age_is_the_upload_lifetime_unless_it_is_given(uploads, capsys):
    call_command("expire_uploads")
    assert capsys.readouterr().out == "expire_stale_uploads: 0 with 0 bytes done.\n"


def test_a_dry_run_names_what_would_go_and_changes_nothing(uploads, capsys):
    call_command("expire_uploads", "--older-than", "0", "--dry-run")
    *lines, summary = capsys.readouterr().out.splitlines()
    sizes = {uploads[0].pk: "5", uploads[1].pk: "0", uploads[2].pk: "0"}
    assert sorted(line.split(maxsplit=2) for line in lines) == sorted([u.pk, sizes[u.pk], u.name] for u in uploads)
    assert summary == "expire_stale_uploads: 3 with 5 bytes would go."
    assert State.DELETED not in states()


def test_a_dry_run_leaves_no_run_behind(uploads):
    call_command("expire_uploads", "--older-than", "0", "--dry-run")
    assert not JobRun.objects.exists()


def test_a_run_is_written_down(uploads):
    call_command("expire_uploads", "--older-than", "0")
    run = JobRun.objects.get()
    assert (run.job, run.started_by) == ("expire_stale_uploads", "command:expire_stale_uploads")
    assert (run.rows, run.bytes, run.error) == (3, 5, "")
    assert run.ended_at is not None


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_limit_is_kept(uploads, capsys, dry_run):
    call_command("expire_uploads", "--older-than", "0", "--limit", "2", dry_run=dry_run)
    assert capsys.readouterr().out.splitlines()[-1].startswith("expire_stale_uploads: 2 with")
    assert states().count(State.DELETED) == (0 if dry_run else 2)


def test_more_than_one_batch_is_swept(uploads, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    call_command("expire_uploads", "--older-than", "0")
    assert states().count(State.DELETED) == 3


def test_a_limit_ends_between_batches(uploads, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    call_command("expire_uploads", "--older-than", "0", "--limit", "2")
    assert states().count(State.DELETED) == 2


@pytest.mark.parametrize(
    "options", [["--older-than", "1y"], ["--older-than", "-1s"], ["--limit", "0"], ["--limit", "x"]]
)
def test_bad_values_are_refused(db, options):
    with pytest.raises(CommandError, match=r"is not a|expected one argument"):
        call_command("expire_uploads", *options)
