"""Every way to fail, each with a stable code and the HTTP status and headers under which every door reports it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import InterfaceError, OperationalError

IN_ENVIRON = "holdall.refusal"  # where the root hands Django what it refused before it could call a view


class ObjectsError(Exception):
    """A refusal with a reason for the caller. `errors` names the fields that are wrong, where there are any.

    `remedy` is for the catalogue: what to do about it, with code in backticks.
    """

    code = "error"
    message = "The request could not be carried out."
    remedy = ""
    status = 400
    headers: Mapping[str, str] = {}

    def __init__(
        self,
        message: str = "",
        *,
        errors: dict[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or self.message
        self.errors = errors
        self.headers = {**self.headers, **(headers or {})}
        super().__init__(self.message)

    def body(self, request_id: str) -> dict[str, Any]:
        """The one shape in which machines are told."""
        body: dict[str, Any] = {"message": self.message, "code": self.code, "request_id": request_id}
        return body | {"errors": self.errors} if self.errors else body


class BadRequest(ObjectsError):
    code = "bad_request"
    message = "The request is not well formed."
    remedy = "Send a JSON object, UTF-8, without control characters."


class ValidationFailed(ObjectsError):
    code = "invalid"
    message = "Some fields are not valid."
    remedy = "`errors` names each field and what is wrong with it."


class InvalidCursor(ObjectsError):
    code = "invalid_cursor"
    message = "starting_after names no object of this list."
    remedy = "Pass an id of this very list, or none."


class NothingUploaded(ObjectsError):
    code = "nothing_uploaded"
    message = "Nothing has been uploaded yet: PUT the bytes to upload_url first, an empty body for an empty object."
    remedy = "Upload, then complete again."


class ContentMismatch(ObjectsError):
    code = "content_mismatch"
    message = "The uploaded content is not what was declared."
    remedy = "The object is now `ERROR`; create another one with the right declaration."


class NotDownloadable(ObjectsError):
    code = "not_downloadable"
    message = "Only an object in state READ_ONLY can be downloaded."
    remedy = "Complete the upload first; a deleted object stays deleted."


class LengthMismatch(ObjectsError):
    code = "length_mismatch"
    message = "The body ended before its declared length. Nothing was stored."
    remedy = "Upload again; an earlier upload is still there."


class NotAuthenticated(ObjectsError):
    code = "not_authenticated"
    message = "Send an API key: Authorization: Bearer KEY."
    remedy = "Check the key: it may be mistyped, expired or revoked, or its account suspended."
    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class NotAllowed(ObjectsError):
    code = "not_allowed"
    message = "You may see this object, but not do this to it."
    remedy = "Use a key of the account that owns the object."
    status = 403


class ScopeMissing(NotAllowed):
    code = "scope_missing"
    message = "This API key lacks the scope that this call needs."
    remedy = "Use a key with that scope: `objects:read` or `objects:write`."


class InvalidSignature(ObjectsError):
    code = "invalid_signature"
    message = "This URL is not one that was signed here, or it was changed."
    remedy = "Use the URL exactly as it was given, with the method it is for."
    status = 403


class UrlExpired(ObjectsError):
    code = "url_expired"
    message = "This URL has run out. Ask for a new one."
    remedy = "Ask for a new upload or download URL."
    status = 403


class UploadClosed(ObjectsError):
    code = "upload_closed"
    message = "This object takes no more uploads."
    remedy = "Create another object: a completed one never changes."
    status = 403


class BodyFileRefused(ObjectsError):
    code = "body_file_refused"
    message = "Only the proxy of this server may name a file that holds the body, and only one of its own."
    remedy = "Leave out the header `X-Body-File`. Operators: compare `TRUSTED_PROXIES` and `UPLOAD_BODY_FOLDER`."
    status = 403


class ObjectNotFound(ObjectsError):
    code = "object_not_found"
    message = "There is no such object."
    remedy = "Check the id; another account's private object looks the same."
    status = 404


class NotFound(ObjectsError):
    code = "not_found"
    message = "There is nothing at this address."
    remedy = "Check the path; none ends in a slash."
    status = 404


class MethodNotAllowed(ObjectsError):
    code = "method_not_allowed"
    message = "This address does not take that method."
    remedy = "The `Allow` header names the methods it takes."
    status = 405


class BodyTimeout(ObjectsError):
    code = "body_timeout"
    message = "The body arrived too slowly. Nothing was stored."
    remedy = "Upload again; an earlier upload is still there."
    status = 408


class WrongState(ObjectsError):
    """A conflict that will not heal: the official clients are told not to try again."""

    code = "wrong_state"
    message = "The object is not in a state that allows this."
    remedy = "Retrieve the object and look at its `state`. Do not retry."
    status = 409
    headers: Mapping[str, str] = {"x-should-retry": "false"}


class NotUploading(WrongState):
    code = "not_uploading"
    message = "The object is no longer UPLOADING."
    remedy = "It was completed or deleted before. Do not retry."


class StillCompleting(ObjectsError):
    """Another request copies the bytes at this moment; a repeat finds the object complete."""

    code = "still_completing"
    message = "The object is being completed. Ask again in a moment."
    remedy = "Another request copies the bytes; the official clients repeat theirs."
    status = 409
    headers: Mapping[str, str] = {"x-should-retry": "true", "Retry-After": "1"}


class LengthRequired(ObjectsError):
    code = "length_required"
    message = "Send Content-Length, 0 for an empty object, or a chunked body. Nothing was stored."
    remedy = "Most clients do by themselves; with curl use `--data-binary` or `-T`, not `-X PUT` alone."
    status = 411


class BodyTooLarge(ObjectsError):
    code = "body_too_large"
    message = "The body is larger than allowed."
    remedy = "Send less; the README lists the limits."
    status = 413


class UnsupportedEncoding(ObjectsError):
    code = "unsupported_encoding"
    message = "Send the bytes as they are, without Content-Encoding."
    remedy = "Leave the header out."


class RangeNotSatisfiable(ObjectsError):
    code = "range_not_satisfiable"
    message = "The object has no bytes in that range."
    remedy = "`Content-Range` tells the size."
    status = 416


class HttpsRequired(ObjectsError):
    code = "https_required"
    message = "This address answers over HTTPS alone. A key that was sent without it may have been read by others."
    remedy = "Begin the base URL with `https://`, and replace the key."
    status = 426


class TooManyRequests(ObjectsError):
    code = "too_many_requests"
    message = "Too many requests. Try again after the time in Retry-After."
    remedy = "Wait for `Retry-After` seconds; the official clients do."
    status = 429
    headers: Mapping[str, str] = {"Retry-After": "1"}


class InternalError(ObjectsError):
    code = "internal_error"
    message = "Something went wrong here. The request id helps the operator to find it."
    remedy = "Tell the operator the `request_id`."
    status = 500


class Unavailable(ObjectsError):
    code = "unavailable"
    message = "The service cannot answer for the moment. Try again soon."
    remedy = "Retry after `Retry-After` seconds; the official clients do."
    status = 503
    headers: Mapping[str, str] = {"Retry-After": "2"}


class StorageUnavailable(Unavailable):
    """The storage did not answer, or failed; trying again later may work."""

    code = "storage_unavailable"
    message = "The storage cannot be reached for the moment. Try again soon."
    remedy = "Retry after `Retry-After` seconds; the official clients do."


class StorageFull(ObjectsError):
    code = "storage_full"
    message = "There is no room left to store this. Nothing was stored."
    remedy = "Ask the operator to make room, then retry."
    status = 507
    headers: Mapping[str, str] = {"Retry-After": "30"}


def every_kind(kind: type[ObjectsError] = ObjectsError) -> Iterator[type[ObjectsError]]:
    for each in kind.__subclasses__():
        yield each
        yield from every_kind(each)


# PostgreSQL's SQLSTATEs of what its driver counts among our own defects, but what only takes time to heal:
# a standby that cannot write, and a transaction that was left alone for too long.
PASSING = {"25006", "25P03"}
DISK_FULL = "53100"


def named(failure: Exception) -> ObjectsError | None:
    """The error that a failure means for the caller; None where it is a defect of ours."""
    if isinstance(failure, ObjectsError):
        return failure
    sqlstate = getattr(failure.__cause__, "sqlstate", None)
    if sqlstate == DISK_FULL or (isinstance(failure, OperationalError) and "disk is full" in str(failure)):
        return StorageFull()
    if isinstance(failure, OperationalError | InterfaceError) or sqlstate in PASSING:
        return Unavailable()
    return None
