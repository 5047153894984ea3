"""The embedded shape: `serve` on SQLite and a disk. Its supervisor starts again whatever else dies."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from tests import live
from tests.crash.checking import World
from tests.crash.killing import SETTINGS, Dead, Part, Site


class Embedded(Site):
    shape = "embedded"
    victims: ClassVar = {
        "web worker": 25,
        "web server": 15,
        "worker": 12,
        "schedule": 6,
        "supervisor": 6,
        "everything": 6,
        "a failpoint": 30,
    }
    whole: ClassVar = Counter(["supervisor", "web server", "web worker", "worker", "schedule"])
    comes_by: ClassVar = ("create", "put", "complete", "delete", "purge", "download", "sweep")
    most_completes = 40

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.data_dir = folder / "data"
        self.address = f"127.0.0.1:{live.free_port()}"
        self.base_urls = [f"http://{self.address}"]
        self.server: live.LiveServer | None = None

    def start(self) -> None:
        self.serve()
        self.key, self.environment = self.server.key, self.server.environment
        self.wait_until_whole()

    def serve(self) -> None:
        self.server = live.start_server(self.data_dir, ADDRESS=self.address, CRASH_FOLDER=str(self.armed), **SETTINGS)

    def stop(self) -> None:
        if self.server:
            self.server.stop()

    def parts(self) -> dict[int, Part]:
        top = self.server.process.pid
        lines = self.server.processes()
        parents = {pid: live.parent_of(pid) for pid in lines}
        found = {top: self.part("supervisor")} if top in lines else {}
        for pid, line in lines.items():
            name, below = ("web server", "web worker") if " granian " in line else ("worker", "schedule")
            if parents[pid] == top:
                found[pid] = self.part(name)
            elif parents.get(parents[pid]) == top:
                found[pid] = self.part(below)
        return found

    def part(self, kind: str) -> Part:
        return Part(kind, "" if kind in ("worker", "schedule") else self.base_urls[0])

    def restart(self, dead: Dead) -> None:
        if self.server.process.pid in dead:
            self.server.process.wait()
            self.serve()

    def world(self) -> World:
        world = World({path.name for path in (self.data_dir / "objects").glob("??/*")}, self.ask)
        world.damage += [line for (line,) in self.ask("PRAGMA integrity_check") if line != "ok"]
        return world

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """From outside, as the product does not know."""
        with closing(sqlite3.connect(self.data_dir / "holdall.sqlite3", timeout=20)) as database:
            return database.execute(statement).fetchall()
