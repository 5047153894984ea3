"""Holdall without its audit trail, for `benchmarks.audit_cost` alone: `granian benchmarks.unrecorded:application`."""

from itertools import count
from typing import Any

from config.asgi import application
from objects_app import audit, combined, insertions
from objects_app.models import AuditEvent
from objects_app.operations import downloads

__all__ = ["application"]
ids = count(1)


def record(*_: Any, **__: Any) -> AuditEvent:
    """URLs name an event: this one is nowhere."""
    return AuditEvent(pk=next(ids))


def record_each(*_: Any, **__: Any) -> None:
    """Of many objects at once."""


def of_stored_object(*_: Any, **__: Any) -> dict[str, Any]:
    """Of a change that is one statement."""
    return {}


def create(model: Any, columns: Any, *, beside: Any, once: Any) -> tuple[Any, int]:  # noqa: ARG001  as the real one is
    return insertions.create(model, **columns), next(ids)


def issue_download_url_at_once(*_: Any, **__: Any) -> None:
    """The longer way is a single statement where nothing is recorded."""


class Change(combined.Change):
    def inserting(self, model: Any, columns: Any, *, copied: Any) -> Any:
        return self if model is AuditEvent else super().inserting(model, columns, copied=copied)


audit.record, audit.record_each, audit.of_stored_object = record, record_each, of_stored_object
combined.create, combined.Change = create, Change
downloads.issue_download_url_at_once = issue_download_url_at_once
