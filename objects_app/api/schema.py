"""The OpenAPI description: one entry of OPERATIONS for each method of each address, in both dialects."""

from dataclasses import dataclass, replace
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.serializers import BaseSerializer, Serializer

from objects_app.api import schema_parts
from objects_app.api.inputs import (
    AccessQuery,
    ChangeObjectInput,
    CreateObjectInput,
    DownloadInput,
    DownloadQuery,
    ListQuery,
    OwnListQuery,
)
from objects_app.api.outputs import (
    AccessOutput,
    DownloadUrlOutput,
    ErrorOutput,
    MetadataKeysOutput,
    MetadataValuesOutput,
    ObjectOutput,
    PageOutput,
    UploadOutput,
)

Schema = dict[str, Any]
BOTH = "Both dialects."
DOCUMENTED = "Documented dialect."
SDK = "SDK dialect: the spelling of the official clients"
ALWAYS = (400, 401, 403, 429, 500, 503)
WITH_BODY = (408, 413, 507)


@dataclass(frozen=True)
class Operation:
    """What the views cannot tell by themselves. `body` is None where whatever comes is left unread."""

    id: str
    dialect: str
    summary: str
    answer: type[Serializer[Any]]
    refusals: tuple[int, ...] = ()
    body: type[Serializer[Any]] | None = None
    query: type[Serializer[Any]] | None = None
    example: Schema | None = None
    tag: str = "Objects"


PUBLIC_LIST = Operation(
    "objects_list_public",
    DOCUMENTED,
    "List everybody's public objects, the newest first",
    PageOutput,
    query=ListQuery,
)
DELETE = Operation(
    "objects_delete",
    DOCUMENTED,
    "Delete an object for good, in any state and as often as asked",
    ObjectOutput,
    (404,),
)
DOWNLOAD_URL = Operation(
    "objects_download",
    DOCUMENTED,
    "Ask for a URL that fetches the bytes without a key",
    DownloadUrlOutput,
    (404,),
    body=DownloadInput,
    example={"expires_in_seconds": 600},
)


def in_sdk_dialect(operation: Operation, documented: str, **changes: Any) -> Operation:
    return replace(operation, id=f"{operation.id}_sdk", dialect=f"{SDK} for `{documented}`.", **changes)


OPERATIONS = {
    ("GET", "/v1/objects"): Operation(
        "objects_list",
        BOTH,
        "List the account's objects, the newest first",
        PageOutput,
        query=OwnListQuery,
    ),
    ("POST", "/v1/objects"): Operation(
        "objects_create",
        BOTH,
        "Create an object and get the URL to PUT its bytes to",
        UploadOutput,
        body=CreateObjectInput,
        example={
            "name": "notes.txt",
            "content_type": "text/plain",
            "metadata": {"project": "atlas"},
            "ttl_ms": 3600000,
        },
    ),
    ("GET", "/v1/objects/public"): PUBLIC_LIST,
    ("GET", "/v1/objects/list_public"): in_sdk_dialect(PUBLIC_LIST, "GET /v1/objects/public"),
    ("GET", "/v1/objects/metadata/keys"): Operation(
        "objects_metadata_keys",
        BOTH,
        "List the metadata keys of the account's objects",
        MetadataKeysOutput,
        tag="Metadata",
    ),
    ("GET", "/v1/objects/metadata/keys/{key}/values"): Operation(
        "objects_metadata_values",
        BOTH,
        "List the values that one metadata key has in the account's objects",
        MetadataValuesOutput,
        (404,),
        tag="Metadata",
    ),
    ("GET", "/v1/objects/{id}"): Operation("objects_retrieve", BOTH, "Look at an object", ObjectOutput, (404,)),
    ("PATCH", "/v1/objects/{id}"): Operation(
        "objects_update",
        "An addition of Holdall.",
        "Change visibility, name, metadata or lifetime; the content never changes",
        ObjectOutput,
        (404, 409),
        body=ChangeObjectInput,
        example={"is_public": True},
    ),
    ("DELETE", "/v1/objects/{id}"): DELETE,
    ("POST", "/v1/objects/{id}/delete"): in_sdk_dialect(DELETE, "DELETE /v1/objects/{id}"),
    ("POST", "/v1/objects/{id}/complete"): Operation(
        "objects_complete", BOTH, "Finish the upload: the object becomes READ_ONLY", ObjectOutput, (404, 409)
    ),
    ("POST", "/v1/objects/{id}/upload_url"): Operation(
        "objects_upload_url",
        "An addition of Holdall.",
        "Get a fresh upload URL while the object is UPLOADING",
        UploadOutput,
        (404, 409),
    ),
    ("GET", "/v1/objects/{id}/access"): Operation(
        "objects_access",
        "An addition of Holdall.",
        "See who can read the object now, and whether one key can",
        AccessOutput,
        (404,),
        query=AccessQuery,
    ),
    ("POST", "/v1/objects/{id}/download"): DOWNLOAD_URL,
    ("GET", "/v1/objects/{id}/download"): in_sdk_dialect(
        DOWNLOAD_URL, "POST /v1/objects/{id}/download", body=None, example=None, query=DownloadQuery
    ),
}
PATH_PARAMETERS = {
    "id": OpenApiParameter("id", schema_parts.ID, OpenApiParameter.PATH),
    "key": OpenApiParameter("key", schema_parts.METADATA_KEY, OpenApiParameter.PATH),
}


class ObjectsSchema(AutoSchema):
    """DRF's description of a view, completed from OPERATIONS; an address without an entry there is an error."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        operation: Schema | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation:
            self.resolve_serializer(ErrorOutput, "response")
            for parameter in operation.get("parameters", []):
                _allow_empty(parameter)
            operation["responses"]["200"]["headers"] = {"X-Request-Id": schema_parts.REQUEST_ID}
            operation["responses"] |= schema_parts.refusals(self._statuses())
        return operation

    @property
    def _operation(self) -> Operation:
        return OPERATIONS[self.method, self.path]

    def _statuses(self) -> list[int]:
        with_body = () if self.method == "GET" else WITH_BODY
        return sorted({*ALWAYS, *with_body, *self._operation.refusals})

    def get_operation_id(self) -> str:
        return self._operation.id

    def get_summary(self) -> str:
        return self._operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # as in AutoSchema, which takes no arguments either
        return self._operation.dialect

    def get_tags(self) -> list[str]:
        return [self._operation.tag]

    def get_override_parameters(self) -> list[Any]:
        in_path = [parameter for name, parameter in PATH_PARAMETERS.items() if f"{{{name}}}" in self.path]
        return [*in_path, self._operation.query] if self._operation.query else in_path

    def get_request_serializer(self) -> Any:
        return self._operation.body or {"application/json": dict(schema_parts.UNREAD_BODY)}

    def get_response_serializers(self) -> Any:
        return {200: OpenApiResponse(self._operation.answer, description="Done.")}

    def get_examples(self) -> list[OpenApiExample]:
        value = self._operation.example
        return [OpenApiExample("Example", value=value, request_only=True)] if value else []

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A list is an object of ours, Page, and no array."""
        return False

    def get_serializer_name(self, serializer: BaseSerializer[Any], direction: str) -> str:
        return type(serializer).__name__.removesuffix("Output").removesuffix("Input")


def _allow_empty(parameter: Schema) -> None:
    """In a query string an empty value counts as absent, and so it is no default worth telling of."""
    if parameter["in"] == "query":
        parameter["allowEmptyValue"] = True
        if parameter["schema"].get("default") == "":
            del parameter["schema"]["default"]


class InputFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # drf-spectacular registers it
    target_class = "objects_app.api.fields.InputField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Schema:
        schema: Schema = dict(self.target.schema())
        if self.target.allow_null and "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
        return schema


class BearerKeyExtension(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular registers it
    target_class = "objects_app.api.authentication.BearerKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "http", "scheme": "bearer", "description": "An API key of Holdall, hld_…"}
