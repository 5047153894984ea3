"""AWS Signature Version 4 as a strict S3 verifies it, written from the public specification alone.

A request carries its signature in the query (a presigned URL) or in the Authorization header; S3 encodes a path once.
Bodies signed in chunks (STREAMING-…) are not known: boto3 sends them over TLS only.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
LONGEST_SECONDS = 604_800
SKEW = timedelta(minutes=15)
MOMENT = "%Y%m%dT%H%M%SZ"
AUTHORIZATION = re.compile(rf"{ALGORITHM} Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{{64}})")
QUERY = {"Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"}


class Refused(Exception):
    """An answer of S3: its status, its code and its sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    session_token: str = ""
    region: str = "us-east-1"


@dataclass(frozen=True)
class Request:
    """`target` is the path and query as they were sent, `sha256` the digest of the body."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    sha256: str = EMPTY

    @classmethod
    def to_url(cls, method: str, url: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> "Request":
        """What a client sends to a URL, with the Host that it names."""
        parts = urlsplit(url)
        target = parts._replace(scheme="", netloc="").geturl()
        return cls(method, target, (("Host", parts.netloc), *headers), hashlib.sha256(body).hexdigest())

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Its parameters, decoded; a plus sign is a plus sign."""
        pairs = [part.partition("=") for part in self.target.partition("?")[2].split("&") if part]
        return [(unquote(name), unquote(value)) for name, _, value in pairs]

    def header(self, name: str) -> str | None:
        """All values under a name, as they are signed."""
        values = [" ".join(value.split()) for sent, value in self.headers if sent.lower() == name]
        return ",".join(values) if values else None


@dataclass(frozen=True)
class Signature:
    """What was signed: `lifetime` belongs to a presigned URL alone."""

    credential: str
    moment: str
    headers: tuple[str, ...]
    value: str
    lifetime: timedelta | None = None

    @property
    def scope(self) -> str:
        return self.credential.partition("/")[2]


def verify(request: Request, credentials: Credentials, now: datetime) -> Signature:
    """The signature, where it holds; Refused, as S3 would say it, where it does not."""
    presigned = any(name.lower() == "x-amz-signature" for name, _ in request.query)
    if presigned and request.header("authorization"):
        raise Refused(400, "InvalidArgument", "Only one auth mechanism allowed")
    signature = _in_the_query(request) if presigned else _in_the_header(request)
    _check_scope(signature, credentials)
    _check_signed(request, signature)
    _check_token(request, credentials)
    _check_digest(request)
    if not hmac.compare_digest(_computed(request, signature, credentials), signature.value):
        raise Refused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
    _check_time(signature, now)
    return signature


def _in_the_query(request: Request) -> Signature:
    sent = [(name.removeprefix("X-Amz-"), value) for name, value in request.query if name.startswith("X-Amz-")]
    found = dict(sent)
    if not found.keys() >= QUERY or len(found) < len(sent) or found["Algorithm"] != ALGORITHM:
        raise _malformed_query("these parameters must be there, once each: " + ", ".join(sorted(QUERY)))
    if not (found["Expires"].isascii() and found["Expires"].isdigit()):
        raise _malformed_query("X-Amz-Expires should be a number")
    if not 1 <= int(found["Expires"]) <= LONGEST_SECONDS:
        raise _malformed_query(f"X-Amz-Expires must be from 1 to {LONGEST_SECONDS}")
    headers = tuple(found["SignedHeaders"].split(";"))
    lifetime = timedelta(seconds=int(found["Expires"]))
    return Signature(found["Credential"], found["Date"], headers, found["Signature"], lifetime)


def _in_the_header(request: Request) -> Signature:
    authorization = request.header("authorization")
    if authorization is None:
        raise Refused(403, "AccessDenied", "Access Denied")
    match = AUTHORIZATION.fullmatch(authorization)
    if match is None:
        raise Refused(400, "AuthorizationHeaderMalformed", "The authorization header is malformed")
    if request.header("x-amz-content-sha256") is None:
        raise Refused(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    credential, headers, value = match.groups()
    return Signature(credential, request.header("x-amz-date") or "", tuple(headers.split(";")), value)


def _check_scope(signature: Signature, credentials: Credentials) -> None:
    if signature.credential.partition("/")[0] != credentials.access_key:
        raise Refused(403, "InvalidAccessKeyId", "The access key id you provided does not exist in our records")
    if signature.scope != f"{signature.moment[:8]}/{credentials.region}/s3/aws4_request":
        if signature.lifetime:
            raise _malformed_query(f"the scope {signature.scope} is wrong, expecting {credentials.region}/s3")
        raise Refused(400, "AuthorizationHeaderMalformed", f"The scope is wrong, expecting {credentials.region}/s3")


def _check_signed(request: Request, signature: Signature) -> None:
    sent = {name.lower() for name, _ in request.headers}
    unsigned = {name for name in sent | {"host"} if name == "host" or name.startswith("x-amz-")} - {*signature.headers}
    if unsigned:
        raise Refused(403, "AccessDenied", f"There were headers present which were not signed: {sorted(unsigned)}")


def _check_token(request: Request, credentials: Credentials) -> None:
    sent = dict(request.query).get("X-Amz-Security-Token") or request.header("x-amz-security-token") or ""
    if not hmac.compare_digest(sent.encode(), credentials.session_token.encode()):
        raise Refused(400, "InvalidToken", "The provided token is malformed or otherwise invalid")


def _check_digest(request: Request) -> None:
    if request.header("x-amz-content-sha256") not in (None, UNSIGNED, request.sha256):
        raise Refused(400, "XAmzContentSHA256Mismatch", "x-amz-content-sha256 does not match what was computed")


def _check_time(signature: Signature, now: datetime) -> None:
    since = now - _moment(signature)
    if signature.lifetime is None:
        if abs(since) > SKEW:
            raise Refused(403, "RequestTimeTooSkewed", "The difference between the times is too large")
    elif since < -SKEW:
        raise Refused(403, "AccessDenied", "Request is not yet valid")
    elif since > signature.lifetime:
        raise Refused(403, "AccessDenied", "Request has expired")


def _moment(signature: Signature) -> datetime:
    try:
        return datetime.strptime(signature.moment, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise Refused(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None


def _computed(request: Request, signature: Signature, credentials: Credentials) -> str:
    key = b"AWS4" + credentials.secret_key.encode()
    for part in signature.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    canonical = hashlib.sha256(canonical_request(request, signature).encode()).hexdigest()
    to_sign = "\n".join([ALGORITHM, signature.moment, signature.scope, canonical])
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def canonical_request(request: Request, signature: Signature) -> str:
    """The names of the headers are in order, whatever the client wrote."""
    headers = sorted(signature.headers)
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in request.query if name != "X-Amz-Signature")
    return "\n".join(
        [
            request.method,
            quote(unquote(request.path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{request.header(name) or ''}" for name in headers),
            "",
            ";".join(headers),
            request.header("x-amz-content-sha256") or UNSIGNED,
        ]
    )


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _malformed_query(message: str) -> Refused:
    return Refused(400, "AuthorizationQueryParametersError", message)
