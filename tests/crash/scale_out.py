"""The scale-out shape: two web servers, two workers and beat on PostgreSQL, Redis and a bucket.

Each has a data folder of its own, as on a machine of its own. Who dies is started again at once, as systemd would do;
also who cannot start, because the port of a web server that was killed is, for a moment, that of somebody's connection.
"""

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import psycopg

from objects_app.storage.base import MARKER
from tests import live
from tests.crash.checking import World
from tests.crash.killing import PATIENCE, SETTINGS, Dead, Part, Site
from tests.live import LiveServer
from tests.prepared import SECRET
from tests.s3_server import S3
from tests.serve.parts import Site as Commands

COMMANDS = ("web", "web", "worker", "worker", "beat")
KINDS = {"web": ("web server", "web worker"), "worker": ("worker", "job process"), "beat": ("beat", "")}
# Eleven processes share what five of the embedded shape have for themselves.
OTHER_SETTINGS = {
    "UPLOAD_URL_LIFETIME": "10m",
    "UPLOAD_LIFETIME": "10m",
    "TRANSFER_TOTAL_TIMEOUT": "10000d",  # moto dates every upload in parts into 2010
    "SWEEP_UPLOADS_EVERY": "5s",
    "SWEEP_BYTES_EVERY": "3s",
    "SWEEP_LEFTOVERS_EVERY": "5s",
    "VERIFY_LENGTHS_EVERY": "15s",
}


class ScaleOut(Site):
    shape = "scale-out"
    victims: ClassVar = {
        "web worker": 25,
        "web server": 15,
        "worker": 10,
        "job process": 8,
        "beat": 6,
        "everything": 6,
        "a failpoint": 30,
    }
    whole: ClassVar = Counter({"web server": 2, "web worker": 2, "worker": 2, "job process": 4, "beat": 1})
    comes_by: ClassVar = ("create", "promot", "complete", "delete", "purge", "sweep")
    most_completes = 10

    def __init__(self, folder: Path, *, database_url: str, redis_url: str, s3: S3) -> None:
        super().__init__(folder)
        self.s3 = s3
        self.environment = live.environment_of(
            folder / "data",
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            SECRET_KEY=SECRET,
            CRASH_FOLDER=str(self.armed),
            **s3.environment(),
            **SETTINGS | OTHER_SETTINGS,
        )
        self.commands = Commands(folder, self.environment)
        self.addresses = [f"127.0.0.1:{live.free_port()}" for command in COMMANDS if command == "web"]
        self.base_urls = [f"http://{address}" for address in self.addresses]
        self.database = psycopg.connect(database_url, autocommit=True)
        self.programs: list[LiveServer] = []

    def start(self) -> None:
        self.commands.set_up()
        self.key = self.commands.key
        self.programs = [self.run(number) for number in range(len(COMMANDS))]
        self.wait_until_whole()

    def run(self, number: int) -> LiveServer:
        address = {"ADDRESS": self.addresses[number]} if COMMANDS[number] == "web" else {}
        return self.commands.start(COMMANDS[number], DATA_DIR=str(self.folder / f"data-{number}"), **address)

    def stop(self) -> None:
        self.database.close()
        self.commands.stop()

    def parts(self) -> dict[int, Part]:
        numbers = {program.data_dir: number for number, program in enumerate(self.programs)}
        return {pid: self.part(numbers[folder], pid) for pid, folder in live.processes_on(*numbers).items()}

    def part(self, number: int, pid: int) -> Part:
        command, program = COMMANDS[number], self.programs[number]
        return Part(KINDS[command][pid != program.process.pid], program.base_url if command == "web" else "")

    def restart(self, dead: Dead) -> None:
        for number, program in enumerate(self.programs):
            if program.process.pid in dead:
                program.process.wait()
                live.wait_until(lambda folder=program.data_dir: not live.processes_on(folder))
                self.programs[number] = self.run(number)

    def is_whole(self) -> bool:
        self.restart({program.process.pid: Part("") for program in self.programs if program.process.poll() is not None})
        return super().is_whole()

    def wait_until_whole(self) -> None:
        """Jobs are sent and carried out again as well."""
        super().wait_until_whole()
        [(last,)] = self.ask("SELECT coalesce(max(id), 0) FROM objects_app_jobrun")
        ended = "SELECT coalesce(max(id), 0) FROM objects_app_jobrun WHERE ended_at IS NOT NULL"
        live.wait_until(lambda: self.ask(ended) > [(last,)], seconds=PATIENCE)

    def world(self) -> World:
        world = World(set(self.s3.keys()) - {MARKER}, self.ask)
        world.unfinished += self.s3.uploads().values()
        return world

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.database.execute(statement).fetchall()
