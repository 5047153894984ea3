"""An OpenID Connect provider on this machine, which signs everybody in as the person it was told of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

CONFIGURATION = "/.well-known/openid-configuration"


@dataclass
class Provider:
    url: str
    email: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def answers(self) -> dict[str, dict[str, object]]:
        return {
            CONFIGURATION: {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
            },
            "/token": {"access_token": "a token", "token_type": "Bearer"},
            "/userinfo": {"sub": self.email, "email": self.email, "email_verified": True, "name": self.email},
        }


@contextmanager
def running_provider() -> Iterator[Provider]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/authorize":
                self.send_back(parse_qs(address.query))
            else:
                self.answer(address.path)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(self.path)

        def send_back(self, asked: dict[str, list[str]]) -> None:
            self.send_response(302)
            came_from = f"{asked['redirect_uri'][0]}?{urlencode({'code': 'a code', 'state': asked['state'][0]})}"
            self.send_header("Location", came_from)
            self.end_headers()

        def answer(self, path: str) -> None:
            body = json.dumps(provider.answers()[path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
