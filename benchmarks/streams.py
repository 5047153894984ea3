"""Long bodies over one blocking socket: sent from blocks, received into one buffer and thrown away."""

import hashlib
import socket
from collections.abc import Iterator

from benchmarks.client import CONTENT_LENGTH, HEAD_END, STATUS, Address, WrongAnswerError, message
from benchmarks.payload import MIB, Payload

TIMEOUT = 120.0
HEAD_AT_MOST = 64 * 1024


def connect(address: Address) -> socket.socket:
    return socket.create_connection(address, timeout=TIMEOUT)


def put(address: Address, url: str, payload: Payload) -> None:
    """Return when the server has acknowledged all of it."""
    with connect(address) as connection:
        connection.sendall(message("PUT", url, host=address, length=payload.size))
        for block in payload.blocks():
            connection.sendall(block)
        head, _ = receive_head(connection)
    if not 200 <= int(head[STATUS]) < 300:
        raise WrongAnswerError(head.decode(errors="replace"))


def get(address: Address, url: str, payload: Payload) -> None:
    received = sum(map(len, body_blocks(address, url)))
    if received != payload.size:
        raise WrongAnswerError(f"{received} bytes instead of {payload.size}")


def sha256_of(address: Address, url: str) -> str:
    digest = hashlib.sha256()
    for block in body_blocks(address, url):
        digest.update(block)
    return digest.hexdigest()


def body_blocks(address: Address, url: str) -> Iterator[memoryview]:
    with connect(address) as connection:
        connection.sendall(message("GET", url, host=address))
        head, start = receive_head(connection)
        length = CONTENT_LENGTH.search(head)
        if int(head[STATUS]) != 200 or not length:
            raise WrongAnswerError(head.decode(errors="replace"))
        yield memoryview(start)
        yield from blocks_from(connection, int(length[1]) - len(start))


def blocks_from(connection: socket.socket, size: int) -> Iterator[memoryview]:
    """Each block is valid until the next one is asked for."""
    buffer = memoryview(bytearray(MIB))
    while size > 0 and (received := connection.recv_into(buffer, min(size, MIB))):
        size -= received
        yield buffer[:received]


def receive_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of the answer and what came of the body with it."""
    received = b""
    while HEAD_END not in received and len(received) < HEAD_AT_MOST:
        block = connection.recv(HEAD_AT_MOST)
        if not block:
            raise WrongAnswerError("the connection was closed")
        received += block
    head, _, start = received.partition(HEAD_END)
    return head, start
