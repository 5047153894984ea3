"""Clients of the running server, each of which writes down what it did and what it was told."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import httpx

from tests.crash.stories import Story, digest_of

POOL = random.Random(4).randbytes(4 * 1024 * 1024)  # noqa: S311  no secret
LARGEST = 2 * 1024 * 1024
PATIENCE = 30
AGAIN_AFTER = 0.2


class Unanswered(Exception):
    """The server is gone, or says itself that it does not know."""


@dataclass
class Tally:
    """What was acknowledged, and every answer that was none of those a client can expect."""

    puts: int = 0
    completes: int = 0
    deletes: int = 0
    oddities: list[str] = field(default_factory=list)


@dataclass
class Client:
    """`ask` goes on while it is told to try again soon, as the official clients do; `call` returns only successes."""

    base_url: str
    key: str
    tally: Tally

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        self.http = httpx.Client(base_url=self.base_url, headers=headers, timeout=PATIENCE, trust_env=False)
        self.signed = httpx.Client(timeout=PATIENCE, trust_env=False, follow_redirects=True)  # its URLs need no key

    def close(self) -> None:
        self.http.close()
        self.signed.close()

    def ask(self, method: str, url: str, **request: object) -> httpx.Response:
        http = self.http if url.startswith("/") else self.signed
        give_up_at = time.monotonic() + PATIENCE
        try:
            while (answer := http.request(method, url, **request)).headers.get("x-should-retry") == "true":
                if time.monotonic() > give_up_at:
                    break
                time.sleep(AGAIN_AFTER)
        except httpx.TransportError as error:
            raise Unanswered from error
        if answer.status_code in (503, 507):
            raise Unanswered
        return answer

    def call(self, method: str, url: str, **request: object) -> httpx.Response:
        answer = self.ask(method, url, **request)
        if not answer.is_success:
            self.tally.oddities.append(f"{method} {url.partition('?')[0]}: {answer.status_code} {answer.text[:200]}")
            raise Unanswered
        return answer

    def complete(self, story: Story) -> dict[str, Any]:
        story.completing = True
        answer = self.call("POST", f"/v1/objects/{story.id}/complete")
        story.completed = True
        self.tally.completes += 1
        return answer.json()

    def delete(self, story: Story) -> None:
        story.deleting = True
        self.call("DELETE", f"/v1/objects/{story.id}")
        story.deleted = True
        self.tally.deletes += 1

    def download(self, story: Story) -> str:
        """The SHA-256 of what arrives."""
        story.download_url = self.call("POST", f"/v1/objects/{story.id}/download").json()["download_url"]
        return digest_of(self.call("GET", story.download_url).content)


class Writer(Client):
    """Lives through one object after the other until it is told to stop or gets no answer."""

    def __init__(self, base_url: str, key: str, tally: Tally, seed: int) -> None:
        super().__init__(base_url, key, tally)
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.stories: list[Story] = []
        self.made = 0
        self.seed = seed
        self.was_cut_off = False

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self.live_through()
        except Unanswered as unanswered:
            self.was_cut_off = isinstance(unanswered.__cause__, httpx.NetworkError | httpx.ProtocolError)
        finally:
            self.close()

    def live_through(self) -> None:
        story = self.create()
        if self.happens(0.05):
            return
        self.put(story)
        if self.happens(0.15):
            self.put(story)
        if self.happens(0.08):
            return
        self.complete(story)
        if self.happens(0.2) and self.download(story) not in story.contents:
            self.tally.oddities.append(f"{story.id} was downloaded with other bytes than were uploaded")
        if self.happens(0.15):
            self.delete(story)

    def create(self) -> Story:
        new = {"name": f"{self.seed}-{self.made}", "content_type": "binary", "is_public": self.happens(0.5)}
        created = self.call("POST", "/v1/objects", json=new).json()
        story = Story(created["id"], created["upload_url"], is_public=new["is_public"])
        self.stories.append(story)
        return story

    def put(self, story: Story) -> None:
        body = self.body()
        digest = digest_of(body)
        story.arriving.add(digest)
        in_chunks = self.happens(0.2) and story.upload_url.startswith(self.base_url)  # a store takes none
        self.call("PUT", story.upload_url, content=self.chunks(body) if in_chunks else body)
        story.settle_content(digest)
        self.tally.puts += 1

    def body(self) -> bytes:
        """No two are alike but the empty ones; most are small."""
        self.made += 1
        if self.happens(0.05):
            return b""
        size = int(LARGEST ** self.random.random())
        begin = self.random.randrange(len(POOL) - size)
        return f"{self.seed}-{self.made} ".encode() + POOL[begin : begin + size]

    def chunks(self, body: bytes) -> Iterator[bytes]:
        length = self.random.randint(1000, 300_000)
        return (body[begin : begin + length] for begin in range(0, len(body), length))

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance


class Crowd:
    """Several writers at once, each at one of the servers."""

    def __init__(self, base_urls: list[str], key: str, seeds: list[int]) -> None:
        self.stop = threading.Event()
        self.writers = [Writer(url, key, Tally(), seed) for url, seed in zip(cycle(base_urls), seeds, strict=False)]
        self.threads = [threading.Thread(target=writer.run, args=(self.stop,)) for writer in self.writers]
        for thread in self.threads:
            thread.start()

    def work_until(self, completes: int, *, and_then: float) -> None:
        """So many were acknowledged and so many seconds went by, on a slow machine as on a quick one."""
        give_up_at = time.monotonic() + PATIENCE
        while self.completes() < completes and time.monotonic() < give_up_at:
            self.stop.wait(0.005)
        self.stop.wait(and_then)

    def completes(self) -> int:
        return sum(writer.tally.completes for writer in self.writers)

    def end(self) -> list[Story]:
        self.stop.set()
        for thread in self.threads:
            thread.join()
        return [story for writer in self.writers for story in writer.stories]

    def cut_off_elsewhere(self, base_urls: set[str]) -> list[str]:
        """By servers that are not among those that were killed."""
        return [
            f"a client of {writer.base_url} was cut off, and nobody was killed there"
            for writer in self.writers
            if writer.was_cut_off and writer.base_url not in base_urls
        ]
