"""The floor of what is built on Django: plain views, hand-written SQL, plain dicts. Nobody is asked for a key."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from benchmarks.reference.links import signed
from benchmarks.reference.models import FIELDS, new_item_id, page

COLUMNS = ", ".join(FIELDS).replace("created_at", "(extract(epoch FROM created_at) * 1000)::bigint")
ONE = f"SELECT {COLUMNS} FROM item WHERE id = %s AND account = %s"  # noqa: S608 our own columns
PAGE = f"""
    SELECT {COLUMNS} FROM item WHERE account = %s AND state <> 'DELETED'
    ORDER BY created_at DESC, id DESC LIMIT %s
"""  # noqa: S608 the same
PAGE_AFTER = f"""
    SELECT {COLUMNS} FROM item WHERE account = %s AND state <> 'DELETED'
        AND (created_at, id) < ((SELECT created_at FROM item WHERE id = %s), %s)
    ORDER BY created_at DESC, id DESC LIMIT %s
"""  # noqa: S608 the same
CREATE = f"""
    INSERT INTO item (id, account, name, content_type, state, sha256, is_public, metadata)
    VALUES (%s, %s, %s, %s, 'UPLOADING', '', false, '{{}}') RETURNING {COLUMNS}
"""  # noqa: S608 the same
COMPLETE = f"""
    UPDATE item SET state = 'READ_ONLY', size_bytes = 1024, sha256 = id
    WHERE id = %s AND account = %s AND state = 'UPLOADING' RETURNING {COLUMNS}
"""  # noqa: S608 the same
SIGN = "SELECT content_type FROM item WHERE id = %s AND account = %s AND state = 'READ_ONLY'"
RECORD = "INSERT INTO event (account, action, item) VALUES (%s, 'download_url_issued', %s)"
DELETE = f"""
    WITH gone AS (
        UPDATE item SET state = 'DELETED', deleted_at = now()
        WHERE id = %s AND account = %s AND state <> 'DELETED'
        RETURNING *
    ), event AS (
        INSERT INTO event (account, action, item) SELECT account, 'deleted', id FROM gone
    )
    SELECT {COLUMNS} FROM gone
"""  # noqa: S608 the same


@require_http_methods(["GET", "POST"])
def collection(request: HttpRequest, account: str) -> HttpResponse:
    return _create(request, account) if request.method == "POST" else _list(request, account)


@require_http_methods(["GET", "DELETE"])
def item(request: HttpRequest, account: str, pk: str) -> HttpResponse:
    return _answer(DELETE if request.method == "DELETE" else ONE, pk, account)


@require_http_methods(["POST"])
def complete(request: HttpRequest, account: str, pk: str) -> HttpResponse:  # noqa: ARG001 Django passes it
    return _answer(COMPLETE, pk, account)


@require_http_methods(["POST"])
def download(request: HttpRequest, account: str, pk: str) -> HttpResponse:  # noqa: ARG001 the same
    with connection.cursor() as cursor:
        cursor.execute(SIGN, [pk, account])
        if cursor.fetchone() is None:
            return HttpResponse(status=404)
        cursor.execute(RECORD, [account, pk])
    return JsonResponse({"download_url": signed(pk)})


def _list(request: HttpRequest, account: str) -> HttpResponse:
    limit, after = int(request.GET["limit"]), request.GET.get("starting_after")
    rows = _rows(PAGE_AFTER, [account, after, after, limit + 1]) if after else _rows(PAGE, [account, limit + 1])
    return JsonResponse(page(rows, limit))


def _create(request: HttpRequest, account: str) -> HttpResponse:
    sent = json.loads(request.body)
    return _answer(CREATE, new_item_id(), account, sent["name"], sent["content_type"])


def _answer(statement: str, *parameters: str) -> HttpResponse:
    rows = _rows(statement, parameters)
    return JsonResponse(rows[0]) if rows else HttpResponse(status=404)


def _rows(statement: str, parameters: Sequence[str | int]) -> list[dict[str, Any]]:
    """Cursors of Django return JSON as text."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = [dict(zip(FIELDS, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"metadata": json.loads(row["metadata"])} for row in rows]
