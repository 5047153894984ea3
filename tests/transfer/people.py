"""A client of a live server: makes objects, knows their URLs, and looks into the server's data folder and processes."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.live import LiveServer, wait_until

NEW = {"name": "notes.txt", "content_type": "text/plain"}


@dataclass(frozen=True)
class Upload:
    id: str
    url: str


class Client:
    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.base_url, headers={"Authorization": f"Bearer {server.key}"}, timeout=60
        )

    def begin(self, **fields: Any) -> Upload:
        created = self.http.post("/v1/objects", json=NEW | fields).json()
        return Upload(created["id"], created["upload_url"])

    def complete(self, upload: Upload) -> httpx.Response:
        return self.http.post(f"/v1/objects/{upload.id}/complete")

    def store(self, content: bytes, **fields: Any) -> Upload:
        upload = self.begin(**fields)
        assert httpx.put(upload.url, content=content, timeout=60).status_code == 200
        assert self.complete(upload).status_code == 200
        return upload

    def download_url(self, upload: Upload, **query: Any) -> str:
        return self.http.get(f"/v1/objects/{upload.id}/download", params=query).json()["download_url"]

    def stored_url(self, content: bytes, **fields: Any) -> str:
        return self.download_url(self.store(content, **fields))

    def has_nothing_staged(self, upload: Upload) -> bool:
        answer = self.complete(upload)
        return (answer.status_code, answer.json()["code"]) == (400, "nothing_uploaded")

    def wait_until_nothing_is_left(self) -> None:
        """The server notices a lost connection when it comes to it; this is a hang guard, not a measurement."""
        wait_until(lambda: not self.parts())

    def parts(self) -> list[Path]:
        return list(self.server.data_dir.glob("objects/*/*.part"))

    def events(self, upload: Upload, action: str) -> list[tuple[str, int]]:
        """Result and bytes of each event."""
        query = "SELECT result, bytes FROM objects_app_auditevent WHERE target_id = ? AND action = ? ORDER BY id"
        with closing(sqlite3.connect(self.server.data_dir / "holdall.sqlite3", timeout=20)) as database:
            return database.execute(query, [upload.id, action]).fetchall()

    def download_event(self, upload: Upload) -> tuple[str, int]:
        """What the audit says of the only download, as soon as it has ended."""
        wait_until(lambda: self.events(upload, "object.content_downloaded"))
        [event] = self.events(upload, "object.content_downloaded")
        return event

    def web_worker(self) -> Path:
        """The folder in /proc of the process that answers requests."""
        return Path("/proc") / str(max(pid for pid, line in self.server.processes().items() if " granian " in line))

    def memory(self) -> int:
        """Of the web worker, resident, in bytes."""
        [line] = [line for line in (self.web_worker() / "status").read_text().splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) * 1024
