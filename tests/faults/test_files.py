"""File calls that fail, each in turn: no room, no quota, a broken disk (X24, X21)."""

import errno

import pytest

from tests.faults.cases import CHANGES, READS, SWEEPS, UPLOADS
from tests.faults.files import FileFault
from tests.faults.trial import Trial

OF_ROWS_ALONE = {"roll_up_key_uses", "fold_counts", "recount_objects"}
WITH_FILES = {
    **UPLOADS,
    **{name: CHANGES[name] for name in ("complete_with_wrong_content", "delete")},
    "download": READS["download"],
    **{name: case for name, case in SWEEPS.items() if name not in OF_ROWS_ALONE},
}


@pytest.mark.parametrize("case", WITH_FILES.values(), ids=WITH_FILES)
def test_one_failing_file_call_is_named_and_leaves_nothing_half_done(sqlite_world, case, carry_out):
    carry_out(Trial(sqlite_world, case, FileFault(sqlite_world.disk.folder, errno.EIO)))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT], ids=errno.errorcode.get)
@pytest.mark.parametrize("case", WITH_FILES.values(), ids=WITH_FILES)
def test_others_read_on_while_there_is_no_room_for_any_change(sqlite_world, case, code, carry_out):
    def others_read() -> None:
        assert sqlite_world.bystander_is_readable()

    full = FileFault(sqlite_world.disk.folder, code, lasting=True)
    carry_out(Trial(sqlite_world, case, full, during=others_read))
