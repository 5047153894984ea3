"""Every pair of calls that can meet on one object, with all outcomes that the promises allow.

An outcome is what the first call says, what the second says, and how the object ends. The errors that callers are meant
to know stand there by name; any other error, a deadlock included, is a violation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from objects_app.models import StoredObject
from tests.factories import Person
from tests.races.scenes import (
    Scene,
    complete,
    complete_once,
    completed,
    create,
    creations,
    delete,
    deleted_with_bytes,
    download,
    end_due,
    ending,
    expire,
    fail,
    keep,
    label,
    life,
    publish,
    purge,
    put,
    put_too,
    remove_orphans,
    remove_parts,
    renew,
    roll_up,
    staged,
    staged_beside_a_part,
    staged_beside_an_orphan,
    unpublish,
    uploading,
    uses,
    verify,
    visibility,
    with_uses_of_keys,
)

Verb = Callable[[Scene], Any]
Outcome = tuple[Any, Any, str]


@dataclass(frozen=True)
class Pair:
    """`outcomes` all happen within one turn of the schedules; `also` may happen."""

    row: str  # of the table of races in the promises
    begins: Callable[[Person], StoredObject]
    first: Verb
    second: Verb
    outcomes: set[Outcome]
    also: frozenset[Outcome] = frozenset()
    ending: Callable[[Scene], str] = ending

    def __str__(self) -> str:
        return f"{self.row}-{self.first.__name__}-{self.second.__name__}"


FIRST, SECOND = "READ_ONLY first", "READ_ONLY second"
PAIRS = [
    Pair("X1", staged, complete, expire, {("READ_ONLY", 0, FIRST), ("NotUploading", 1, "DELETED")}),
    Pair(
        "X2", staged, complete, complete, {("READ_ONLY", "NotUploading", FIRST), ("NotUploading", "READ_ONLY", FIRST)}
    ),
    Pair("X2", staged, complete_once, complete_once, {("READ_ONLY", "READ_ONLY", FIRST)}),
    Pair(
        "X3",
        staged,
        delete,
        complete,
        {
            ("DELETED", "READ_ONLY", "DELETED"),
            ("DELETED", "NotUploading", "DELETED"),
            ("DELETED", "DELETED", "DELETED"),
        },
    ),
    Pair("X4", completed, delete, delete, {("DELETED", "DELETED", "DELETED")}),
    Pair("X4", completed, delete, end_due, {("DELETED", 0, "DELETED"), ("DELETED", 1, "DELETED")}),
    Pair("X5", staged, put, complete, {("stored", "READ_ONLY", SECOND), ("UploadClosed", "READ_ONLY", FIRST)}),
    Pair(
        "X5",
        uploading,
        put,
        complete,
        {("stored", "READ_ONLY", SECOND), ("stored", "NothingUploaded", "UPLOADING second")},
    ),
    Pair(
        "X6",
        staged,
        put,
        put_too,
        {("stored", "stored", "UPLOADING second"), ("stored", "stored", "UPLOADING third")},
    ),
    Pair(
        "X9",
        staged,
        put,
        expire,
        {("stored", 1, "DELETED"), ("UploadClosed", 1, "DELETED")},
        also=frozenset({("stored", 0, "UPLOADING second")}),
    ),
    Pair("X10", staged, put, delete, {("stored", "DELETED", "DELETED"), ("UploadClosed", "DELETED", "DELETED")}),
    Pair(
        "X11", completed, download, delete, {("first", "DELETED", "DELETED"), ("ObjectNotFound", "DELETED", "DELETED")}
    ),
    Pair("X12", completed, download, end_due, {("first", 1, "DELETED"), ("ObjectNotFound", 1, "DELETED")}),
    Pair(
        "X14",
        completed,
        download,
        unpublish,
        {("first", "changed", f"{FIRST}, private"), ("ObjectNotFound", "changed", f"{FIRST}, private")},
        ending=visibility,
    ),
    Pair(
        "X14",
        completed,
        publish,
        unpublish,
        {("changed", "changed", f"{FIRST}, private"), ("changed", "changed", f"{FIRST}, public")},
        ending=visibility,
    ),
    Pair("X14", staged, publish, complete, {("changed", "READ_ONLY", f"{FIRST}, public")}, ending=visibility),
    Pair("X15", staged, expire, expire, {(0, 1, "DELETED"), (1, 0, "DELETED")}),
    Pair(
        "X15",
        deleted_with_bytes,
        purge,
        purge,
        {(1, 1, "DELETED")},
        also=frozenset({(0, 1, "DELETED"), (1, 0, "DELETED")}),
    ),
    Pair("X15", deleted_with_bytes, purge, delete, {(1, "DELETED", "DELETED")}),
    Pair(
        "X15",
        with_uses_of_keys,
        roll_up,
        roll_up,
        {(2, 2, "0 left")},
        frozenset({(0, 2, "0 left"), (2, 0, "0 left")}),
        ending=uses,
    ),
    Pair(
        "X1",
        staged,
        renew,
        expire,
        {("renewed", 1, "DELETED"), ("NotUploading", 1, "DELETED")},
        frozenset({("renewed", 0, "UPLOADING first")}),
    ),
    Pair("X2", staged, renew, complete, {("renewed", "READ_ONLY", FIRST), ("NotUploading", "READ_ONLY", FIRST)}),
    Pair(
        "X12",
        staged,
        end_due,
        keep,
        {(0, "changed", "UPLOADING first, unlimited"), (1, "WrongState", "DELETED, limited")},
        ending=life,
    ),
    Pair(
        "X12",
        staged,
        end_due,
        complete,
        {(1, "NotUploading", "DELETED"), (1, "READ_ONLY", "DELETED")},
        also=frozenset({(0, "READ_ONLY", FIRST), (1, "DELETED", "DELETED")}),
    ),
    Pair("X3", completed, label, delete, {("changed", "DELETED", "DELETED"), ("WrongState", "DELETED", "DELETED")}),
    Pair(
        "X18",
        staged_beside_an_orphan,
        remove_orphans,
        put,
        {(1, "stored", "UPLOADING second"), (2, "stored", "UPLOADING second")},
    ),
    Pair("X18", staged_beside_an_orphan, remove_orphans, complete, {(1, "READ_ONLY", FIRST)}),
    Pair(
        "X18",
        staged_beside_an_orphan,
        remove_orphans,
        remove_orphans,
        {(1, 0, "UPLOADING first"), (0, 1, "UPLOADING first")},
    ),
    Pair("X18", staged_beside_a_part, remove_parts, put, {(1, "stored", "UPLOADING second")}),
    Pair("X11", completed, verify, delete, {("sound", "DELETED", "DELETED")}),
    Pair("X5", staged, verify, put, {("sound", "stored", "UPLOADING second")}),
    Pair("X11", completed, fail, download, {(True, "first", "ERROR first"), (True, "ObjectNotFound", "ERROR first")}),
    Pair("X3", completed, fail, delete, {(True, "DELETED", "DELETED"), (False, "DELETED", "DELETED")}),
    Pair("X30", uploading, create, create, {("UPLOADING", "UPLOADING", "one")}, ending=creations),
]
