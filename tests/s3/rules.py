"""What a strict S3 refuses and moto would let pass, apart from signatures."""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from tests.s3.calls import Call
from tests.sigv4 import Refused, Request

LARGEST_COPY = 5 * 1024**3
MOST_DELETIONS = 1000
WITH_CHECKED_BODY = {"PutObject", "UploadPart", "DeleteObjects"}
RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass(frozen=True)
class Body:
    """A request's body: `checksums` are what each header that names one would have to say."""

    file: BinaryIO
    length: int
    sha256: str
    checksums: dict[str, str]


@dataclass(frozen=True)
class Source:
    """What a copy is made from."""

    etag: str
    size: int


def received(blocks: Iterable[bytes], file: BinaryIO) -> Body:
    length, crc32 = 0, 0
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for block in blocks:
        file.write(block)
        length += len(block)
        crc32 = zlib.crc32(block, crc32)
        md5.update(block)
        sha256.update(block)
    checksums = {
        "content-md5": md5.digest(),
        "x-amz-checksum-crc32": crc32.to_bytes(4),
        "x-amz-checksum-sha256": sha256.digest(),
    }
    encoded = {name: base64.b64encode(value).decode() for name, value in checksums.items()}
    return Body(file, length, sha256.hexdigest(), encoded)


def check_body(call: Call, request: Request, body: Body) -> None:
    if call.operation not in WITH_CHECKED_BODY:
        return
    declared = {name: request.header(name) for name in body.checksums}
    for name, value in declared.items():
        if value not in (None, body.checksums[name]):
            raise Refused(400, "BadDigest", f"The {name} you specified did not match the calculated checksum")
    if call.operation == "DeleteObjects":
        if not any(declared.values()):
            raise Refused(400, "InvalidRequest", "Missing required header: Content-MD5 OR x-amz-checksum-*")
        _check_deletions(body)


def _check_deletions(body: Body) -> None:
    body.file.seek(0)
    if len(re.findall(rb"<Object[\s>]", body.file.read())) > MOST_DELETIONS:
        raise Refused(400, "MalformedXML", "The XML you provided was not well-formed")


def check_source(request: Request, source: Source, largest: int) -> None:
    wanted = request.header("x-amz-copy-source-if-match")
    if wanted is not None and wanted.strip('"') != source.etag.strip('"'):
        raise Refused(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    part = RANGE.fullmatch(request.header("x-amz-copy-source-range") or "")
    size = int(part[2]) - int(part[1]) + 1 if part else source.size
    if size > largest:
        raise Refused(400, "InvalidRequest", f"The copy source is larger than the maximum for a copy: {largest}")


def kept_by_moto(call: Call, request: Request) -> list[tuple[str, str]]:
    """The headers for moto, which keeps a checksum only where the name of its algorithm is sent as well."""
    headers = list(request.headers)
    named = request.header("x-amz-sdk-checksum-algorithm")
    if call.operation in WITH_CHECKED_BODY and request.header("x-amz-checksum-sha256") and not named:
        headers.append(("x-amz-sdk-checksum-algorithm", "SHA256"))
    return headers
