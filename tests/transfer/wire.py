"""HTTP by hand over sockets: requests that no proper client would send, and answers as they come."""

import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events
from h2.errors import ErrorCodes

HANG_GUARD = 30.0
BLOCK = 65536


@dataclass
class Answer:
    """`whole` is false where the connection ended before the body did. Status 0: there was no answer at all."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False


def connect(url: str, *, receive_buffer: int | None = None) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(HANG_GUARD)
    connection.connect((parts.hostname, parts.port))
    return connection


def target_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def head(method: str, url: str, *headers: str) -> bytes:
    lines = [f"{method} {target_of(url)} HTTP/1.1", f"Host: {urlsplit(url).netloc}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def read_answer(connection: socket.socket, *, received: bytes = b"", bodiless: bool = False) -> Answer:
    """The next final answer; an interim one such as 100 is passed over."""
    while b"\r\n\r\n" not in received:
        data = receive(connection)
        if not data:
            return Answer()
        received += data
    top, _, rest = received.partition(b"\r\n\r\n")
    answer = parse_head(top)
    if 100 <= answer.status < 200:
        return read_answer(connection, received=rest, bodiless=bodiless)
    length = 0 if bodiless else int(answer.headers.get("content-length", 0))
    blocks, size = [rest], len(rest)
    while size < length and (data := receive(connection)):
        blocks.append(data)
        size += len(data)
    answer.body = b"".join(blocks)[:length]
    answer.whole = len(answer.body) == length
    return answer


def parse_head(top: bytes) -> Answer:
    status_line, *lines = top.decode("latin-1").split("\r\n")
    pairs = [line.split(":", 1) for line in lines]
    return Answer(int(status_line.split(" ")[1]), {name.lower(): value.strip() for name, value in pairs})


def receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(BLOCK)
    except ConnectionError:
        return b""


def is_closed_by_server(connection: socket.socket) -> bool:
    """Read to the end; what still comes does not matter."""
    while receive(connection):
        pass
    return True


def ask(url: str, message: bytes, *, half_close: bool = False) -> Answer:
    """Send a whole message, as it is, and read the first final answer."""
    with connect(url) as connection:
        connection.sendall(message)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return read_answer(connection)


def abort(connection: socket.socket) -> None:
    """Close with a reset, as a crashed client's kernel does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


class Http2:
    """One cleartext HTTP/2 connection with prior knowledge."""

    def __init__(self, url: str) -> None:
        self.authority = urlsplit(url).netloc
        self.socket = connect(url)
        self.protocol = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.protocol.initiate_connection()
        self.answers: dict[int, Answer] = {}
        self.ended: set[int] = set()
        self.flush()

    def begin(self, method: str, url: str, *headers: tuple[str, str], end: bool = False) -> int:
        stream = self.protocol.get_next_available_stream_id()
        pseudo = [
            (":method", method),
            (":scheme", "http"),
            (":authority", self.authority),
            (":path", target_of(url)),
        ]
        self.protocol.send_headers(stream, [*pseudo, *headers], end_stream=end)
        self.answers[stream] = Answer()
        self.flush()
        return stream

    def send(self, stream: int, data: bytes, *, end: bool = False) -> None:
        """Little enough to fit into the first window."""
        size = self.protocol.max_outbound_frame_size
        for start in range(0, len(data), size):
            self.protocol.send_data(stream, data[start : start + size])
        if end:
            self.protocol.end_stream(stream)
        self.flush()

    def reset(self, stream: int, code: ErrorCodes = ErrorCodes.CANCEL) -> None:
        self.protocol.reset_stream(stream, error_code=code)
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.protocol.data_to_send())

    def answer(self, stream: int) -> Answer:
        """Read until the stream ends; an answer that was cut by a reset or by the connection's end is not whole."""
        while stream not in self.ended and (data := receive(self.socket)):
            for event in self.protocol.receive_data(data):
                self._note(event)
            self.flush()
        return self.answers[stream]

    def _note(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            headers = dict(event.headers)
            self.answers[event.stream_id].status = int(headers.pop(":status"))
            self.answers[event.stream_id].headers = headers
        elif isinstance(event, h2.events.DataReceived):
            self.answers[event.stream_id].body += event.data
            self.protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded | h2.events.StreamReset):
            self.answers[event.stream_id].whole = isinstance(event, h2.events.StreamEnded)
            self.ended.add(event.stream_id)

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Http2":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
