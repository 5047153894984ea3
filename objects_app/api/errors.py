"""How the API reports failures: one JSON shape for all of them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from rest_framework import exceptions

from objects_app import errors, request_id
from objects_app.access import Actor
from objects_app.api.authentication import actor_of
from objects_app.errors import NotAllowed, ObjectNotFound, ObjectsError
from objects_app.operations.refusals import record_refusal


def error_answer(error: ObjectsError) -> HttpResponse:
    body = orjson.dumps(error.body(request_id.current.get()))
    return HttpResponse(body, status=error.status, content_type="application/json", headers=dict(error.headers))


def answer_error(failure: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's hook for every failure of a view; None lets a defect travel on to the 500 handler."""
    error = errors.named(failure) or _of_framework(failure)
    if error is None:
        return None
    request, target_id = context["request"], context["kwargs"].get("pk", "")
    return answer_named(error, lambda: actor_of(request), target_id=target_id)


def answer_named(error: ObjectsError, find_actor: Callable[[], Actor], *, target_id: str) -> HttpResponse:
    """Record what was kept from the actor, too. Nobody looks for one whose key was refused."""
    if isinstance(error, ObjectNotFound | NotAllowed):
        record_refusal(error, actor=find_actor(), target_id=target_id)
    return error_answer(error)


def _of_framework(failure: Exception) -> ObjectsError | None:
    """What Django and DRF raise by themselves, in our words."""
    match failure:
        case exceptions.ValidationError():
            return errors.ValidationFailed(errors=_field_errors(failure))
        case exceptions.MethodNotAllowed():
            return errors.MethodNotAllowed()
        case RequestDataTooBig():
            return errors.BodyTooLarge()
        case exceptions.APIException() if failure.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return errors.BadRequest()
    return None


def _field_errors(failure: exceptions.ValidationError) -> dict[str, list[str]]:
    """What is said of each field; a body that is no object never came so far."""
    found = cast("dict[str, list[str]]", failure.detail)
    return {field: [str(sentence) for sentence in sentences] for field, sentences in found.items()}
