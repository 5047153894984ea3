"""A Redis of one test alone, which can be ended and started again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotConnected

from config import brokers
from objects_app.processes import die_with_parent
from tests import live, services


class RedisServer:
    """It keeps nothing: what it held is gone with it, as when a machine is lost."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.port = live.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        nothing_kept = ["--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [self.program, "--bind", "127.0.0.1", "--port", str(self.port), *nothing_kept],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509  it takes no lock
        )
        live.wait_until(self.answers)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def answers(self) -> bool:
        with Redis.from_url(self.url) as client:
            try:
                return client.ping()
            except NotConnected:
                return False


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    program = shutil.which("redis-server") or services.is_missing("redis-server is not installed")
    server = RedisServer(program)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with own_redis() as server:
        yield server


@pytest.fixture
def redis_url(redis_server) -> str:
    return redis_server.url


@pytest.fixture
def with_redis(settings, redis_url) -> None:
    """This process runs as one that was started with REDIS_URL."""
    settings.REDIS_URL = redis_url
    settings.CACHES = {"default": brokers.cache(redis_url), "process": brokers.cache("")}
