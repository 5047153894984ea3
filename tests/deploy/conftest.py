"""A real nginx with the configuration that is shipped, in front of a real server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from objects_app.processes import die_with_parent
from tests import live, prepared, services
from tests.transfer.people import Client

# What an operator has in nginx.conf, as far as it matters here: compression is on, as Debian ships it.
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 256; }}
http {{
    include {types};
    default_type application/octet-stream;
    gzip on;
    gzip_types text/plain text/html;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/holdall.conf;
}}
"""


def rendered(folder: Path, *, port: int, address: str, objects: Path) -> Path:
    """The shipped configuration with the places of this test in it."""
    text = (live.ROOT / "deploy" / "nginx" / "holdall.conf").read_text()
    places = {
        "server 127.0.0.1:8000;": f"server {address};",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/var/lib/holdall/objects/": f"{objects}/",
        "/var/log/nginx/error.log": "stderr",
    }
    for shipped, here in places.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "holdall.conf").write_text(text)
    (folder / "mime.types").write_text("types { text/html html; }")
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND.format(folder=folder, types=folder / "mime.types"))
    return configuration


def start_nginx(configuration: Path) -> subprocess.Popen:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or services.is_missing("nginx is missing")
    return subprocess.Popen(
        [program, "-e", "stderr", "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509  it takes no lock
    )


@pytest.fixture(scope="session")
def front(tmp_path_factory) -> Iterator[Client]:
    """A client that speaks to nginx; its `server` is the one behind it."""
    folder = tmp_path_factory.mktemp("front")
    port = live.free_port()
    public = f"http://127.0.0.1:{port}"
    server = prepared.start_server(
        folder / "data",
        PUBLIC_BASE_URL=public,
        TRUSTED_PROXIES="127.0.0.1",
        X_ACCEL_LOCATION="/_objects/",
        THROTTLE_ENABLED="false",
    )
    address = server.environment["ADDRESS"]
    nginx = start_nginx(rendered(folder, port=port, address=address, objects=server.data_dir / "objects"))
    try:
        live.wait_until(lambda: nginx.poll() is None and live.answers(public))
        client = Client(replace(server, base_url=public))
        yield client
        client.http.close()
    finally:
        nginx.kill()
        nginx.wait()
        server.stop()


@pytest.fixture
def behind(front) -> str:
    """Where the server itself answers."""
    return f"http://{front.server.environment['ADDRESS']}"
