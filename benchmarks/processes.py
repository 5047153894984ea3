"""Processor time and memory of a process and its descendants; nothing where there is no /proc."""

import os
import re
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER_TICKS, SYSTEM_TICKS = 1, 11, 12  # fields of stat after the command's name
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def tree(root: int) -> list[int]:
    """The process and everything that descends from it."""
    parents = {int(path.name): _parent(path) for path in PROC.glob("[0-9]*")}
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def cpu_seconds(root: int) -> float:
    return (
        sum(int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS]) for fields in map(_stat, tree(root)) if fields) / TICKS
    )


def resident_kib(process: int) -> int:
    return _number(f"{process}/status", "VmRSS")


def peak_kib(process: int) -> int:
    return _number(f"{process}/status", "VmHWM")


def proportional_mib(root: int) -> float:
    """Memory of the whole tree, shared pages counted once."""
    return sum(_number(f"{process}/smaps_rollup", "Pss") for process in tree(root)) / 1024


def forget_peak(process: int) -> None:
    with suppress(*GONE):
        (PROC / str(process) / "clear_refs").write_text("5")


def _number(path: str, name: str) -> int:
    found = re.search(rf"^{name}:\s*(\d+) kB", _read(PROC / path), re.MULTILINE)
    return int(found[1]) if found else 0


def _parent(path: Path) -> int:
    fields = _stat(int(path.name))
    return int(fields[PARENT]) if fields else 0


def _stat(process: int) -> list[str]:
    return _read(PROC / str(process) / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    with suppress(*GONE):
        return path.read_text()
    return ""


class PeakMemory:
    """By how much the process that grew most exceeded, at its highest, what it held before.

    The kernel keeps the peak, so nothing between two looks is missed.
    """

    def __init__(self, root: int) -> None:
        self.before = {process: resident_kib(process) for process in tree(root)}
        for process in self.before:
            forget_peak(process)

    def growth_mib(self) -> float | None:
        growth = [peak_kib(process) - before for process, before in self.before.items() if before]
        return max(growth) / 1024 if growth else None
