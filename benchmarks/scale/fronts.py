"""nginx: with the configuration that is shipped in front of Holdall, and alone with a folder, as the limit of bytes."""

import os
import pwd
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.client import Address
from benchmarks.meters import Server
from benchmarks.scale.installation import Installation
from benchmarks.servers import Holdall, free_address, running
from tests import nginx

AROUND = """
daemon off;
{user}
worker_processes 2;
pid {{folder}}/nginx.pid;
error_log stderr crit;
events {{{{ worker_connections 512; }}}}
http {{{{
    include {{types}};
    client_body_temp_path {{folder}}/body;
    proxy_temp_path {{folder}}/proxy;
    fastcgi_temp_path {{folder}}/fastcgi;
    uwsgi_temp_path {{folder}}/uwsgi;
    scgi_temp_path {{folder}}/scgi;
    sendfile on;
    keepalive_requests 1000000;
    include {{folder}}/holdall.conf;
    server {{{{
        listen {bare};
        access_log off;
        root {{folder}}/files;
        client_max_body_size 0;
        client_body_buffer_size 1m;
        location / {{{{ dav_methods PUT DELETE; }}}}
    }}}}
}}}}
"""


@dataclass(frozen=True)
class Fronts:
    """`bare` serves and takes the files of `files`."""

    holdall: Holdall
    bare: Server
    files: Path


def start(installation: Installation, beside: Holdall) -> Fronts | None:
    """None where nginx is not installed."""
    program = nginx.program()
    if not program:
        return None
    folder = installation.folder / "nginx"
    (folder / "files").mkdir(parents=True)
    front, bare, web = free_address(), free_address(), free_address()
    holdall = installation.start_web(
        beside,
        web,
        PUBLIC_BASE_URL=f"http://{front}",
        TRUSTED_PROXIES="127.0.0.1",
        X_ACCEL_LOCATION="/_objects/",
        UPLOAD_BODY_FOLDER=str(beside.data_dir / "bodies"),
    )
    configuration = nginx.rendered(
        folder, port=front.port, address=str(web), data_dir=holdall.data_dir, around=_around(bare)
    )
    command = [program, "-e", "stderr", "-c", str(configuration)]
    process = installation.stack.enter_context(running(command, bare, log=folder / "log", environment=dict(os.environ)))
    behind = Server(front, (*holdall.server.processes, process), holdall.server.database)
    return Fronts(replace(holdall, server=behind), Server(bare, (process,)), folder / "files")


def _around(bare: Address) -> str:
    """Files of objects are their owner's alone, who is whoever started this."""
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
    return AROUND.format(user=user, bare=bare)
