"""Calls of S3 by their names, and answers to them."""

from dataclasses import dataclass, field
from io import BytesIO
from threading import Event
from typing import BinaryIO
from urllib.parse import unquote
from xml.sax.saxutils import escape

from tests.sigv4 import Refused, Request

COPIED = "x-amz-copy-source"
OPERATIONS = {  # of a method: what a request must carry for each name; the first that fits
    "bucket": {
        "GET": [
            ({"list-type"}, "ListObjectsV2"),
            ({"uploads"}, "ListMultipartUploads"),
            ({"location"}, "GetBucketLocation"),
            ({"cors"}, "GetBucketCors"),
            ({"lifecycle"}, "GetBucketLifecycleConfiguration"),
            ({"versioning"}, "GetBucketVersioning"),
            (set(), "ListObjects"),
        ],
        "PUT": [
            ({"cors"}, "PutBucketCors"),
            ({"lifecycle"}, "PutBucketLifecycleConfiguration"),
            (set(), "CreateBucket"),
        ],
        "POST": [({"delete"}, "DeleteObjects")],
        "HEAD": [(set(), "HeadBucket")],
        "DELETE": [(set(), "DeleteBucket")],
    },
    "key": {
        "GET": [({"uploadId"}, "ListParts"), ({"attributes"}, "GetObjectAttributes"), (set(), "GetObject")],
        "PUT": [
            ({"uploadId", COPIED}, "UploadPartCopy"),
            ({"uploadId"}, "UploadPart"),
            ({COPIED}, "CopyObject"),
            (set(), "PutObject"),
        ],
        "POST": [({"uploads"}, "CreateMultipartUpload"), ({"uploadId"}, "CompleteMultipartUpload")],
        "HEAD": [(set(), "HeadObject")],
        "DELETE": [({"uploadId"}, "AbortMultipartUpload"), (set(), "DeleteObject")],
    },
}


@dataclass
class Call:
    """One request as a client made it. `status` is 0 where it has got no answer; the end of the test sets `over`."""

    operation: str
    bucket: str
    key: str
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    over: Event = field(default_factory=Event, repr=False, compare=False)


def call_of(request: Request) -> Call:
    """The bucket is in the path."""
    bucket, _, key = unquote(request.path).removeprefix("/").partition("/")
    carried = {name for name, _ in request.query} | {name.lower() for name, _ in request.headers}
    named = OPERATIONS["key" if key else "bucket"].get(request.method, [])
    fitting = [operation for needed, operation in named if needed <= carried]
    return Call(fitting[0] if bucket and fitting else f"{request.method} {request.path}", bucket, key)


@dataclass
class Answer:
    """`is_half`: half of the body is sent, then the connection ends."""

    status: int
    headers: list[tuple[str, str]]
    body: BinaryIO
    length: int
    is_half: bool = False

    @classmethod
    def refusing(cls, refused: Refused) -> "Answer":
        text = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
        body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()
        return cls(refused.status, [("Content-Type", "application/xml")], BytesIO(body), len(body))
