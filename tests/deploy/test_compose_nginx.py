"""The proxy before several web servers, with the file that is deployed."""

import shutil
import subprocess

import httpx
import pytest

from tests import live, services
from tests.serve.parts import call

CONFIGURATION = (live.ROOT / "deploy" / "nginx" / "scale-out.conf").read_text()
LARGE = bytes(3 * 1024 * 1024)  # nginx refuses more than 1 MiB unless told otherwise


def adapted(port: int, server: str, folder: str) -> str:
    """Of this machine: no name server of Docker, and a folder of the test alone."""
    here = CONFIGURATION.replace("server web:8000 resolve;", f"server {server};").replace("/tmp/", f"{folder}/")  # noqa: S108
    here = here.replace("/dev/stderr", f"{folder}/error.log").replace("listen 8080;", f"listen 127.0.0.1:{port};")
    return "\n".join(line for line in here.splitlines() if "resolver " not in line)


@pytest.fixture
def proxy_url(tmp_path, holdall):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") or services.is_missing("nginx is not here")
    port = live.free_port()
    file = tmp_path / "nginx.conf"
    file.write_text(adapted(port, holdall.base_url.removeprefix("http://"), str(tmp_path)))
    process = subprocess.Popen([nginx, "-e", f"{tmp_path}/error.log", "-c", str(file), "-g", "daemon off;"])
    url = f"http://127.0.0.1:{port}"
    try:
        live.wait_until(lambda: live.answers(url) or process.poll() is not None)
        yield url
    finally:
        process.terminate()
        process.wait()


def test_an_upload_and_a_download_of_any_size_pass_the_proxy(proxy_url, holdall):
    headers = {"Authorization": f"Bearer {holdall.key}"}
    new = {"name": "zeros", "content_type": "binary"}
    created = httpx.post(f"{proxy_url}/v1/objects", json=new, headers=headers, timeout=30).json()
    upload_url = created["upload_url"].replace(holdall.base_url, proxy_url)
    assert httpx.put(upload_url, content=LARGE, timeout=60).is_success
    done = call("POST", proxy_url, holdall.key, f"/{created['id']}/complete").json()
    url = call("POST", proxy_url, holdall.key, f"/{created['id']}/download").json()["download_url"]
    assert (done["state"], done["size_bytes"]) == ("READ_ONLY", len(LARGE))
    assert httpx.get(url.replace(holdall.base_url, proxy_url), timeout=60).content == LARGE


def test_nothing_is_kept_on_its_way():
    assert "proxy_request_buffering off;" in CONFIGURATION
    assert "proxy_buffering off;" in CONFIGURATION
