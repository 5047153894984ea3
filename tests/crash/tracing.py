"""System calls of a server, as strace writes them down."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CALLS = "fsync,fdatasync,rename,renameat,renameat2,write,writev,sendto,sendmsg,pwrite64"
RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
KINDS = {  # the first that fits
    "sync part": re.compile(r"f(?:data)?sync\(\d+<.*/objects/../\w+\.part>"),
    "rename part": re.compile(r'rename\w*\(.*/objects/../(\w+)\.part", .*/objects/../\1"'),
    "sync folder": re.compile(r"fsync\(\d+<.*/objects/..>"),
    "write log": re.compile(r"p?write\w*\(\d+<.*-wal>"),
    "sync log": re.compile(r"f(?:data)?sync\(\d+<.*-wal>"),
    "answer": re.compile(r'(?:write|writev|sendto|sendmsg)\(\d+<TCP.*"HTTP/1\.1 '),
}


def command(trace: Path) -> list[str]:
    """What runs a program under strace, in the process that was started for it."""
    return ["strace", "-D", "-f", "-yy", "-s", "12", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(trace)]


@dataclass
class Call:
    """`begun` and `ended` are places in the trace: what ended before another began was over by then."""

    kind: str
    begun: int
    ended: int


def read(trace: Path, threads: set[int]) -> list[Call]:
    """The calls of these threads that have a kind, in the order in which they began."""
    calls: list[Call] = []
    under_way: dict[str, Call] = {}
    for place, line in enumerate(trace.read_text().splitlines()):
        thread, _, text = line.partition(" ")
        text = text.strip()
        if RESUMED.match(text):
            under_way.pop(thread, Call("", 0, 0)).ended = place
        elif int(thread) in threads and (kind := kind_of(text)):
            call = Call(kind, place, place)
            calls.append(call)
            if "<unfinished ...>" in text:
                under_way[thread] = call
    return calls


def kind_of(text: str) -> str:
    return next((kind for kind, pattern in KINDS.items() if pattern.match(text)), "")


def by_answer(calls: Iterable[Call]) -> list[list[Call]]:
    """One list for each answer, which is its last call."""
    requests: list[list[Call]] = [[]]
    for call in calls:
        requests[-1].append(call)
        if call.kind == "answer":
            requests.append([])
    return requests[:-1]


def follows(earlier: Call, later: Call) -> bool:
    return earlier.ended < later.begun
