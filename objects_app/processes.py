"""Processes that end with the one that started them, even where that one was killed with -9.

The kernel does it where it can (PR_SET_PDEATHSIG, which is not inherited: every process asks for itself); elsewhere a
thread watches the parent. `python -m objects_app.processes PARENT MODULE …` runs the module of another program so tied.
"""

import ctypes
import mmap
import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
WATCHED_EVERY_SECONDS = 1.0


def die_with_parent(parent: int | None = None) -> None:
    """Without `parent`: the process that multiprocessing started this one from; one started by hand stays free."""
    if parent is None:
        starter = multiprocessing.parent_process()
        if starter is None or starter.pid is None:
            return
        parent = starter.pid
    if not _ask_the_kernel():
        threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()
    if os.getppid() != parent:  # it died before the kernel was asked, which then will not tell
        _die()


def _ask_the_kernel() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) == 0)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCHED_EVERY_SECONDS)
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class SharedFlag:
    """Set in one process, seen in every one that was forked from it since. No lock: who dies with -9 leaves none."""

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._byte[0] = 1

    def clear(self) -> None:
        self._byte[0] = 0

    def is_set(self) -> bool:
        return bool(self._byte[0])


def run_tied() -> None:
    parent, module, *arguments = sys.argv[1:]
    die_with_parent(int(parent))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_tied()
