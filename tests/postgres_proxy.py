"""A proxy before a PostgreSQL that counts statements and cuts the connection at one of them.

It speaks the protocol's frames alone (PostgreSQL, 54.2): every statement ends with a Query or a Sync from the client
and is answered up to a ReadyForQuery from the server.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from urllib.parse import urlsplit

ENDS_STATEMENT = (b"Q", b"S")
PARSE, READY = b"P", b"Z"
PATIENCE = 30


class PostgresProxy:
    """`url` leads through it. With `cut_at(number)` that statement is the last of its connection.

    It is carried out where its answer alone is to be lost: then nobody can know the outcome.
    """

    def __init__(self, url: str, *, carries_out: bool) -> None:
        parts = urlsplit(url)
        self.server = (parts.hostname, parts.port)
        self.carries_out = carries_out
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        netloc = f"{parts.username}:{parts.password}@127.0.0.1:{port}"
        self.url = parts._replace(netloc=netloc, query="sslmode=disable&gssencmode=disable").geturl()
        self.left, self.hit = -1, ""
        self.counting = Lock()
        self.open: list[socket.socket] = []
        self.threads: list[Thread] = []
        self.is_down = False
        self._start(self._accept)

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        with self.counting:
            self.left, self.hit = number, ""
        yield
        with self.counting:
            self.left = -1

    @contextmanager
    def down(self) -> Iterator[None]:
        """Every connection is cut, and every new one at once."""
        self.is_down = True
        for each in self.open:
            hang_up(each)
        yield
        self.is_down = False

    def stop(self) -> None:
        hang_up(self.listener)
        for each in self.open:
            hang_up(each)
        for thread in self.threads:
            thread.join(PATIENCE)

    def _start(self, work, *args) -> None:
        self.threads.append(Thread(target=work, args=args, daemon=True))
        self.threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.is_down:
                    hang_up(client)
                    continue
                server = socket.create_connection(self.server, PATIENCE)
                server.settimeout(None)
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.open += [client, server]
                connection = Connection(self, client, server)
                self._start(connection.carry_requests)
                self._start(connection.carry_answers)

    def is_the_one(self, statement: str) -> bool:
        with self.counting:
            self.left -= 1
            if self.left == -1:
                self.hit = statement
            elif self.left < -1:
                self.left = -2
            return self.left == -1


class Connection:
    def __init__(self, proxy: PostgresProxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.is_last = False

    def carry_requests(self) -> None:
        with self._until_cut():
            length = receive(self.client, 4)
            self.server.sendall(length + receive(self.client, struct.unpack("!I", length)[0] - 4))
            statement = b""
            for kind, frame in frames(self.client):
                statement += frame
                if kind in ENDS_STATEMENT and self.proxy.is_the_one(readable(statement)):
                    if not self.proxy.carries_out:
                        return
                    self.is_last = True
                if kind != PARSE:
                    self.server.sendall(statement)
                    statement = b""

    def carry_answers(self) -> None:
        with self._until_cut():
            for kind, frame in frames(self.server):
                if not self.is_last:
                    self.client.sendall(frame)
                elif kind == READY:
                    return

    @contextmanager
    def _until_cut(self) -> Iterator[None]:
        try:
            with suppress(OSError):
                yield
        finally:
            hang_up(self.client)
            hang_up(self.server)


def frames(connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    while True:
        head = receive(connection, 5)
        yield head[:1], head + receive(connection, struct.unpack("!I", head[1:])[0] - 4)


def receive(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        block = connection.recv(length - len(received))
        if not block:
            raise ConnectionResetError
        received += block
    return received


def readable(statement: bytes) -> str:
    """Enough of it to tell which one it was."""
    return " ".join("".join(chr(byte) if 32 <= byte < 127 else " " for byte in statement[:120]).split())


def hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
