"""Updates that are all of their transaction, and that do no harm where a loss of power undoes them."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from objects_app import compiled
from objects_app.compiled import Rows, Value


def update(build: Callable[..., tuple[Rows, dict[str, Any]]], *shape: Any, **values: Value) -> int:
    """As `compiled.update`. SQLite lets an update wait for writers of other processes only within a transaction."""
    if connection.vendor == "sqlite":
        with transaction.atomic():
            return compiled.update(build, *shape, **values)
    return compiled.update_soon(build, *shape, **values)
