"""How programs get an object: commands and code with this server's address in them."""

import shlex
from dataclasses import dataclass

from django.conf import settings

from objects_app.models import StoredObject

CURL = """\
url=$(curl -fsS {base}/v1/objects/{id}/download \\
  -H "Authorization: Bearer $HOLDALL_API_KEY" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["download_url"])')
curl -fsSL "$url" -o {name}
"""
PYTHON = """\
import os
from runloop_api_client import RunloopSDK

runloop = RunloopSDK(base_url="{base}", bearer_token=os.environ["HOLDALL_API_KEY"])
content = runloop.storage_object.from_id("{id}").download_as_bytes()
"""
TYPESCRIPT = """\
import {{ RunloopSDK }} from '@runloop/api-client';

const runloop = new RunloopSDK({{
  baseURL: '{base}',
  bearerToken: process.env.HOLDALL_API_KEY,
}});
const content = await runloop.storageObject.fromId('{id}').downloadAsBuffer();
"""
CLI = """\
export RUNLOOP_BASE_URL={base}
export RUNLOOP_API_KEY=$HOLDALL_API_KEY
rli object download {id} {name}
"""
MOUNT = """\
devbox = runloop.devbox.create(
    mounts=[{{
        "type": "object_mount",
        "object_id": "{id}",
        "object_path": "/data/{id}",
    }}],
)
"""
CLI_NOTE = "This client takes only addresses that begin with https://api. and name no port."


@dataclass(frozen=True)
class Snippet:
    label: str
    code: str
    note: str = ""


def snippets_for(stored_object: StoredObject) -> list[Snippet]:
    base = settings.PUBLIC_BASE_URL
    words = {"base": base, "id": stored_object.pk, "name": shlex.quote(_file_name(stored_object.name))}
    return [
        Snippet("curl", CURL.format(**words)),
        Snippet("Python", PYTHON.format(**words)),
        Snippet("TypeScript", TYPESCRIPT.format(**words)),
        Snippet("Command line", CLI.format(**words), note="" if base.startswith("https://api.") else CLI_NOTE),
        Snippet("Devbox mount", MOUNT.format(**words)),
    ]


def _file_name(name: str) -> str:
    """The last part alone, and nothing that a command would take for an option."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last if last.strip(".") and not last.startswith("-") else f"./{last or 'object'}"
