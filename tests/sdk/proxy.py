"""A server between client and Holdall that counts what passes and can lose answers on their way back."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

import httpx

PATIENCE = 60  # more than any client has


class Proxy(ThreadingHTTPServer):
    """Carries each request to the next of several web servers; the first `losses` answers never reach the client."""

    daemon_threads = True

    def __init__(self, *targets):
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.go_to(*targets)
        self.forget()
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def go_to(self, *targets):
        self.targets = cycle(targets)

    def forget(self):
        self.losses = 0
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class Forwarding(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        url = next(self.server.targets) + self.path
        answer = httpx.request(self.command, url, headers=headers, content=body, timeout=PATIENCE)
        self.server.requests.append(f"{self.command} {self.path}")
        self.close_connection = True
        if self.server.losses:
            self.server.losses -= 1
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name not in {"date", "server"}:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_GET  # noqa: N815  the name that http.server calls

    def log_message(self, *arguments):
        """Tests read `requests` instead."""
