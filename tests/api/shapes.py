"""What answers look like: whole bodies, with a matcher where the server chooses the value."""

import re
from typing import Any

OWN = "http://127.0.0.1:8000"


class Matching:
    """Equal to every string that matches the pattern as a whole."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"Matching({self.pattern!r})"


class Whole:
    """Equal to every integer, which a boolean is not here."""

    def __eq__(self, other: object) -> bool:
        return type(other) is int

    def __hash__(self) -> int:
        return 0


OBJECT_ID = Matching("obj_[0-9A-Za-z]{30}")
REQUEST_ID = Matching("req_[0-9A-Za-z]{30}")
HELLO_SHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def signed_url(purpose: str, object_id: str | None = None) -> Matching:
    path = object_id or OBJECT_ID.pattern
    return Matching(
        rf"{OWN}/{purpose}/{path}\?v=1&account=acc_\w+&epoch=\d+&grant=\d+&expires=\d+&inline=[01]&signature=\w+"
    )


def view(**different: Any) -> dict[str, Any]:
    """The view of `make_object(alice)`, which is READ_ONLY, with these fields different."""
    return {
        "id": OBJECT_ID,
        "name": "notes.txt",
        "content_type": "text/plain",
        "state": "READ_ONLY",
        "create_time_ms": Whole(),
        "size_bytes": 5,
        "delete_after_time_ms": None,
        "metadata": {},
        "is_public": False,
        "sha256": HELLO_SHA256,
        "error_reason": None,
    } | different


def unfinished(**different: Any) -> dict[str, Any]:
    return view(**{"state": "UPLOADING", "size_bytes": None, "sha256": None} | different)


def tombstone(**different: Any) -> dict[str, Any]:
    return view(**{"state": "DELETED", "sha256": None} | different)


def error(code: str, message: str | None = None, **more: Any) -> dict[str, Any]:
    return {"message": message or Matching(".+"), "code": code, "request_id": REQUEST_ID, **more}


def ids(answer) -> list[str]:
    return [each["id"] for each in answer.json()["objects"]]
