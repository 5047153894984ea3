"""For load balancers: is the process alive, and can it work."""

import logging
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from objects_app.errors import StorageFull, StorageUnavailable
from objects_app.storage import get_storage

logger = logging.getLogger(__name__)
LEAST_ROOM = 1024 * 1024  # bytes, below which not even small objects can be stored


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """503 names the parts that failed; why they did stands in the logs."""
    failed = [part for part, check in CHECKS.items() if not _passes(check)]
    if failed:
        return JsonResponse({"status": "unavailable", "failed": failed}, status=503)
    return JsonResponse({"status": "ok"})


def _query_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _find_room() -> None:
    """Nothing is written: probes come often, and may come from anybody."""
    free = get_storage().free_bytes()
    if free is not None and free < LEAST_ROOM:
        raise StorageFull


CHECKS: dict[str, Callable[[], None]] = {"database": _query_database, "storage": _find_room}


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except (DatabaseError, StorageFull, StorageUnavailable):
        logger.exception("%s is not ready", check.__name__)
        return False
    return True
