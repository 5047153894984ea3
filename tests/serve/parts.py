"""An installation of several processes: each command of its own, all on the same database, Redis and storage."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from tests import live
from tests.live import LiveServer


@dataclass
class Site:
    folder: Path
    environment: dict[str, str]
    key: str = ""
    programs: list[subprocess.Popen] = field(default_factory=list)

    def set_up(self) -> str:
        printed = live.manage("setup", environment=self.environment).stdout
        found = live.KEY.search(printed)
        self.key = found[0] if found else self.key
        return printed

    def start(self, *command: str, **environment: str) -> LiveServer:
        """Its LiveServer is the view of one process, whatever the command is."""
        settings = self.environment | environment
        output = self.folder / f"{command[0]}.{len(self.programs)}.out"
        with output.open("wb") as file:
            program = subprocess.Popen(
                [sys.executable, live.MANAGE, *command], env=settings, cwd=live.ROOT, stdout=file, stderr=file
            )
        self.programs.append(program)
        address = settings.get("ADDRESS", "")
        return LiveServer(f"http://{address}", self.key, program, Path(settings["DATA_DIR"]), settings, output)

    def start_web(self, *options: str, **environment: str) -> LiveServer:
        web = self.start("web", *options, **{"ADDRESS": f"127.0.0.1:{live.free_port()}"} | environment)
        live.wait_until_it_answers(web)
        return web

    def start_worker(self, *options: str) -> LiveServer:
        worker = self.start("worker", *options)
        live.wait_until(lambda: "ready." in worker.printed())
        return worker

    def abandon(self, object_id: str) -> None:
        """As if nobody had touched its upload for two days."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as database:
            earlier = "UPDATE objects_app_storedobject SET last_activity_at = last_activity_at - interval '2 days'"
            database.execute(f"{earlier} WHERE id = %s", [object_id])

    def stop(self) -> None:
        for program in self.programs:
            program.kill()
            program.wait()


def descendants(top: int) -> list[int]:
    """Of a process, by the parents that the kernel knows."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    parents = {pid: live.parent_of(pid) for pid in pids}
    found = [top]
    for parent in found:
        found += [pid for pid in pids if parents[pid] == parent]
    return found[1:]


def upload(base_url: str, key: str, content: bytes) -> httpx.Response:
    """Create and PUT, and return the answer of the creation."""
    new = {"name": "notes.txt", "content_type": "text/plain"}
    created = httpx.post(f"{base_url}/v1/objects", json=new, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    httpx.put(created.json()["upload_url"], content=content, timeout=30).raise_for_status()
    return created


def download(base_url: str, key: str, object_id: str) -> bytes:
    url = call("POST", base_url, key, f"/{object_id}/download").json()["download_url"]
    return httpx.get(url, follow_redirects=True, timeout=30).content


def call(method: str, base_url: str, key: str, path: str) -> httpx.Response:
    return httpx.request(method, f"{base_url}/v1/objects{path}", headers={"Authorization": f"Bearer {key}"}, timeout=30)
