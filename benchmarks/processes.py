"""Processor time and memory of processes and their descendants; nothing where there is no /proc."""

import os
import re
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER_TICKS, SYSTEM_TICKS = 1, 11, 12  # fields of stat after the command's name
GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def tree(*roots: int) -> list[int]:
    """The processes and everything that descends from them."""
    parents = {int(path.name): parent(int(path.name)) for path in PROC.glob("[0-9]*")} if roots else {}
    found = list(roots)
    for process in found:
        found += [child for child, its_parent in parents.items() if its_parent == process]
    return found


def cpu_seconds(*roots: int) -> float:
    spent = (int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS]) for fields in map(_stat, tree(*roots)) if fields)
    return sum(spent) / TICKS


def resident_kib(process: int) -> int:
    return _number(f"{process}/status", "VmRSS")


def peak_kib(process: int) -> int:
    return _number(f"{process}/status", "VmHWM")


def proportional_mib(*roots: int) -> float:
    """Memory of the whole trees, shared pages counted once."""
    return sum(_number(f"{process}/smaps_rollup", "Pss") for process in tree(*roots)) / 1024


def name(process: int) -> str:
    return _read(PROC / str(process) / "comm").strip()


def parent(process: int) -> int:
    """0 where the process has ended."""
    fields = _stat(process)
    return int(fields[PARENT]) if fields else 0


def forget_peak(process: int) -> None:
    with suppress(*GONE):
        (PROC / str(process) / "clear_refs").write_text("5")


def _number(path: str, label: str) -> int:
    found = re.search(rf"^{label}:\s*(\d+) kB", _read(PROC / path), re.MULTILINE)
    return int(found[1]) if found else 0


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

    def __init__(self, *roots: int) -> None:
        self.before = {process: resident_kib(process) for process in tree(*roots)}
        for process in self.before:
            forget_peak(process)

    def growth_mib(self) -> float | None:
        growth = [peak_kib(process) - before for process, before in self.before.items() if before]
        return max(growth) / 1024 if growth else None
