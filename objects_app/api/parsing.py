"""JSON in and JSON out, whatever Content-Type and Accept say: the official clients send bodies under many names."""

from collections.abc import Iterable, Mapping
from typing import IO, Any
from urllib.parse import parse_qsl

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from objects_app.errors import BadRequest, UnsupportedEncoding

DEEPEST = 40
MOST_PARAMETERS = 100


class JSONBodyParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """From `request.body`, which knows the limit of a body and may be read again, as the stream may not."""
        return parse_object((parser_context or {})["request"].body)


def parse_object(body: bytes) -> dict[str, Any]:
    """RFC 8259 to the letter: no NaN, no lone surrogates. An object of at most DEEPEST levels; nothing counts as {}."""
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    if _depth_exceeds(value, DEEPEST):
        raise BadRequest(f"The body is nested deeper than {DEEPEST} levels.")
    return value


def _depth_exceeds(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [inner for outer in layer for inner in _inner_containers(outer)]
        if not layer:
            return False
    return True


def _inner_containers(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [each for each in inner if isinstance(each, dict | list)]


def parse_query(request: Request) -> dict[str, str]:
    return parameters_of(request.META["QUERY_STRING"])


def parameters_of(query: str) -> dict[str, str]:
    """Those of a query, of which an empty one counts as absent. Django alone would replace what is no UTF-8."""
    try:
        pairs = parse_qsl(query.encode("latin-1").decode(), errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise BadRequest(f"The query must be UTF-8 with at most {MOST_PARAMETERS} parameters.") from None
    return dict(pairs)


class JSONAnswerRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return orjson.dumps(data)


class AlwaysJSON(BaseContentNegotiation):
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedEncoding
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
