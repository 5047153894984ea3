"""A real nginx with the configuration that is shipped."""

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

from objects_app.processes import die_with_parent
from tests import live, services

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


def rendered(folder: Path, *, port: int, address: str, data_dir: Path, around: str = AROUND) -> Path:
    """The shipped configuration with the places of this test in it."""
    text = (live.ROOT / "deploy" / "nginx" / "holdall.conf").read_text()
    places = {
        "server 127.0.0.1:8000;": f"server {address};",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/var/lib/holdall/": f"{data_dir}/",
        "/var/log/nginx/error.log": "stderr",
    }
    for shipped, here in places.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "holdall.conf").write_text(text)
    (folder / "mime.types").write_text("types { text/html html; }")
    configuration = folder / "nginx.conf"
    configuration.write_text(around.format(folder=folder, types=folder / "mime.types"))
    return configuration


def program() -> str | None:
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def start(configuration: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [program() or services.is_missing("nginx is missing"), "-e", "stderr", "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509  it takes no lock
    )
