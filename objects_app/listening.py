"""The address at which the server listens: read from `HOST:PORT`, and tried before anything is started."""

import ipaddress
import socket
from urllib.parse import urlsplit


def split_address(address: str) -> tuple[str, int]:
    """Raise ValueError with a sentence for anything but HOST:PORT; an IPv6 host stands in brackets."""
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.netloc != address or parts.username is not None:
        raise ValueError(f"'{address}' is not HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000")
    return host, port


def host_of(authority: str) -> str:
    """The host of HOST[:PORT] in lower case, without the dot that may end it; empty where there is none."""
    try:
        return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_wildcard(host: str) -> bool:
    """Every address of the machine, and so no name that a client could use."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def try_to_bind(host: str, port: int) -> None:
    """Raise OSError where the server could not listen: it would share a taken port without a word (SO_REUSEPORT)."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
