"""Parts of the OpenAPI description that no view gives: refusals, headers, and the signed URLs, which bypass Django."""

from collections.abc import Iterable
from typing import Any

from objects_app.api.fields import NO_CONTROL, OBJECT_ID, MetadataField
from objects_app.errors import ObjectsError

Schema = dict[str, Any]
ID: Schema = {"type": "string", "pattern": f"^{OBJECT_ID.pattern}$"}
METADATA_KEY: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": MetadataField.longest_key,
    "pattern": f"^{NO_CONTROL}+$",
}
UNREAD_BODY: Schema = {"description": "Not read: `{}`, as the official clients send it, and an empty body are as good."}
REQUEST_ID: Schema = {"$ref": "#/components/headers/RequestId"}
NAMES = {
    400: "BadRequest",
    401: "Unauthenticated",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    408: "BodyTimeout",
    409: "Conflict",
    411: "LengthRequired",
    413: "BodyTooLarge",
    416: "RangeNotSatisfiable",
    429: "TooManyRequests",
    500: "InternalError",
    503: "Unavailable",
    507: "StorageFull",
}
SIGNED_QUERY: Schema = {
    "v": {"type": "string", "enum": ["1"]},
    "account": {"type": "string"},
    "epoch": {"type": "integer"},
    "grant": {"type": "integer"},
    "expires": {"type": "integer", "description": "Milliseconds since 1970."},
    "inline": {"type": "integer", "enum": [0, 1]},
    "signature": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
DOWNLOAD_HEADERS: Schema = {
    "X-Request-Id": REQUEST_ID,
    "Accept-Ranges": {"required": True, "schema": {"type": "string", "enum": ["bytes"]}},
    "Content-Disposition": {"required": True, "schema": {"type": "string"}},
    "ETag": {"required": True, "schema": {"type": "string"}},
    "Repr-Digest": {"schema": {"type": "string"}, "description": "The SHA-256 of the whole content (RFC 9530)."},
}


def refusals(statuses: Iterable[int]) -> Schema:
    return {str(status): {"$ref": f"#/components/responses/{NAMES[status]}"} for status in statuses}


def add_shared_parts(result: Schema, **_: object) -> Schema:
    """drf-spectacular's hook after everything else."""
    result["components"]["responses"] = {name: _refusal(status) for status, name in NAMES.items()}
    result["components"]["headers"] = {
        "RequestId": {
            "description": "The id of this request: the client's own where it sent one, else one of the server's.",
            "required": True,
            "schema": {"type": "string"},
        }
    }
    result["paths"] |= {"/upload/{id}": _upload_path(), "/download/{id}": _download_path()}
    return result


def _refusal(status: int) -> Schema:
    """Told by the error classes of this status: their codes, and the headers that every one of them sends."""
    classes = [each for each in _error_classes(ObjectsError) if each.status == status]
    codes = sorted({each.code for each in classes})
    common = set.intersection(*(set(each.headers) for each in classes))
    return {
        "description": f"`code` is {' or '.join(f'`{code}`' for code in codes)}.",
        "headers": {"X-Request-Id": REQUEST_ID}
        | {name: {"required": True, "schema": {"type": "string"}} for name in sorted(common)},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


def _error_classes(parent: type[ObjectsError]) -> list[type[ObjectsError]]:
    children = parent.__subclasses__()
    return [*children, *(inner for child in children for inner in _error_classes(child))]


def _signed_parameters() -> list[Schema]:
    in_query = [
        {"in": "query", "name": name, "required": True, "schema": schema} for name, schema in SIGNED_QUERY.items()
    ]
    return [{"in": "path", "name": "id", "required": True, "schema": ID}, *in_query]


def _signed_operation(operation_id: str, summary: str, answers: Schema, statuses: Iterable[int]) -> Schema:
    return {
        "operationId": operation_id,
        "description": "Both dialects. Every part of the URL is signed: use it to the letter, without a key.",
        "summary": summary,
        "parameters": _signed_parameters(),
        "tags": ["Signed URLs"],
        "security": [{}],
        "responses": answers | refusals(statuses),
    }


def _upload_path() -> Schema:
    answers = {"200": {"description": "Stored.", "headers": {"X-Request-Id": REQUEST_ID}}}
    put = _signed_operation(
        "upload_bytes", "PUT the bytes to an upload_url", answers, (400, 403, 404, 408, 411, 413, 500, 503, 507)
    )
    body = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    return {"put": put | {"requestBody": body}}


def _download_path() -> Schema:
    content: Schema = {"*/*": {"schema": {}}}
    answers: Schema = {
        "200": {"description": "The whole content.", "headers": DOWNLOAD_HEADERS, "content": content},
        "206": {"description": "The range that was asked for.", "headers": DOWNLOAD_HEADERS, "content": content},
        "304": {"description": "The client has this very content already.", "headers": DOWNLOAD_HEADERS},
    }
    bare = {status: {part: each[part] for part in ("description", "headers")} for status, each in answers.items()}
    statuses = (403, 404, 416, 500, 503)
    return {
        "get": _signed_operation("download_bytes", "GET the bytes from a download_url", answers, statuses),
        "head": _signed_operation("download_head", "Look at the headers of a download_url", bare, statuses),
    }
