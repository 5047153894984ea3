"""The least a download can cost: reads a file in blocks and sends them to whoever connects.

`python -m benchmarks.sender FILE` prints its port, serves one connection after the other and ends with its input.
"""

import socket
import sys
import threading
from pathlib import Path

BLOCK = 256 * 1024


def send_file(path: Path, connection: socket.socket) -> None:
    with connection, path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            connection.sendall(block)


def serve(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            send_file(path, listener.accept()[0])


if __name__ == "__main__":
    threading.Thread(target=serve, args=(Path(sys.argv[1]),), daemon=True).start()
    sys.stdin.read()
