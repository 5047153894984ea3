"""How content is shown, by its type and, where that says little, by the end of its name."""

from pathlib import PurePosixPath

from objects_app.content_types import PDF, essence_of, is_inert

TYPES = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/jsonl": "jsonl",
    "application/jsonlines": "jsonl",
    "application/x-jsonlines": "jsonl",
    "application/ndjson": "jsonl",
    "application/x-ndjson": "jsonl",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/x-tar": "tar",
    "application/x-gtar": "tar",
    "application/gzip": "gzip",
    "application/x-gzip": "gzip",
    "application/x-tgz": "gzip",
    "application/x-compressed-tar": "gzip",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/java-archive": "zip",
    "application/pdf": "pdf",
    "image/svg+xml": "text",
    "application/xml": "text",
    "application/javascript": "text",
    "application/ecmascript": "text",
    "application/yaml": "text",
    "application/x-yaml": "text",
    "application/toml": "text",
    "application/sql": "text",
    "application/x-sh": "text",
    "application/x-python": "text",
    "application/x-python-code": "text",
    "application/x-ipynb+json": "text",
}
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
    ".tar": "tar",
    ".tgz": "gzip",
    ".gz": "gzip",
    ".zip": "zip",
    ".whl": "zip",
    ".jar": "zip",
}
SAYS_LITTLE = {"text/plain": "text", "application/octet-stream": "unknown"}


def media_kind(content_type: str) -> str:
    """`image`, `audio`, `video` or `pdf` where a browser can show the bytes themselves; else empty."""
    essence = essence_of(content_type)
    family = "pdf" if essence == PDF else essence.partition("/")[0]
    return family if family == "pdf" or (family in {"image", "audio", "video"} and is_inert(content_type)) else ""


def kind_of(content_type: str, name: str) -> str:
    essence = essence_of(content_type)
    if essence in SAYS_LITTLE:
        return SUFFIXES.get(PurePosixPath(name.lower()).suffix, SAYS_LITTLE[essence])
    if essence in TYPES:
        return TYPES[essence]
    return "text" if essence.startswith("text/") or essence.endswith(("+json", "+xml", "+yaml")) else "unknown"
