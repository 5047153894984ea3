"""What clients may send about objects. Unknown fields are ignored; null counts as absent where it is allowed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.utils.serializer_helpers import BindingDict

from objects_app.api.fields import (
    ChoiceField,
    ContentTypeField,
    FlagField,
    IntegerField,
    MetadataField,
    NameField,
    Sha256Field,
    TextField,
)
from objects_app.filters import Filters
from objects_app.listing import LONGEST_SEARCH
from objects_app.models import State
from objects_app.operations.objects import NewObject, ObjectChanges

LONGEST_NAME = 1024
LONGEST_LIFE_MS = 100 * 366 * 24 * 3600 * 1000
LONGEST_URL_SECONDS = 7 * 24 * 3600
LARGEST_PAGE = 5000


def milliseconds(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(milliseconds=value)


Sent = TypeVar("Sent", bound=serializers.Serializer[Any])
_fields: dict[type, BindingDict] = {}


def valid(sent: Sent) -> Sent:
    sent.is_valid(raise_exception=True)
    return sent


class Input(serializers.Serializer[Any]):
    @property
    def fields(self) -> BindingDict:
        """They hold no state and are made once: DRF copies them deeply for every request."""
        kind = type(self)
        if kind not in _fields:
            made = BindingDict(kind())
            for name, field in self.get_fields().items():
                made[name] = field
            _fields[kind] = made
        return _fields[kind]


class CreateObjectInput(Input):
    name = NameField(most=LONGEST_NAME)
    content_type = ContentTypeField(most=255)
    is_public = FlagField(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)
    ttl_ms = IntegerField(least=1, most=LONGEST_LIFE_MS, required=False, allow_null=True)
    size_bytes = IntegerField(least=0, required=False, allow_null=True)
    sha256 = Sha256Field(required=False, allow_null=True)

    def new_object(self) -> NewObject:
        sent = self.validated_data
        return NewObject(
            name=sent["name"],
            content_type=sent["content_type"],
            is_public=sent.get("is_public") or False,
            metadata=sent.get("metadata") or {},
            time_to_live=milliseconds(sent.get("ttl_ms")),
            declared_size=sent.get("size_bytes"),
            declared_sha256=sent.get("sha256") or "",
        )


class ChangeObjectInput(Input):
    """`ttl_ms` counts from now, and null lifts the limit; `metadata` is replaced whole."""

    is_public = FlagField(required=False)
    name = NameField(most=LONGEST_NAME, required=False)
    metadata = MetadataField(required=False, allow_null=True)
    ttl_ms = IntegerField(least=1, most=LONGEST_LIFE_MS, required=False, allow_null=True)

    def changes(self) -> ObjectChanges:
        sent = self.validated_data
        return ObjectChanges(
            is_public=sent.get("is_public"),
            name=sent.get("name"),
            metadata=(sent["metadata"] or {}) if "metadata" in sent else None,
            limits_life="ttl_ms" in sent,
            time_to_live=milliseconds(sent.get("ttl_ms")),
        )


@dataclass(frozen=True)
class PageOptions:
    filters: Filters
    limit: int
    after: str
    is_counted: bool


class ListQuery(Input):
    limit = IntegerField(least=1, most=LARGEST_PAGE, clamp=True, default=20, from_text=True)
    starting_after = TextField(most=100, default="")
    name = TextField(most=LONGEST_SEARCH, default="")
    search = TextField(most=LONGEST_SEARCH, default="")
    content_type = TextField(most=255, default="")
    state = ChoiceField(State.values, default="")
    include_total_count = FlagField(default=True, from_text=True)

    def options(self) -> PageOptions:
        sent = self.validated_data
        filters = Filters(
            name=sent["name"],
            search=sent["search"],
            content_type=sent["content_type"],
            state=sent["state"],
            is_public=sent.get("is_public"),
        )
        return PageOptions(filters, sent["limit"], sent["starting_after"], sent["include_total_count"])


class OwnListQuery(ListQuery):
    is_public = FlagField(required=False, from_text=True)


class AccessQuery(Input):
    key = TextField(most=40, default="")


@dataclass(frozen=True)
class DownloadOptions:
    expires_in: timedelta
    inline: bool


class DownloadInput(Input):
    """Both dialects name the lifetime of the URL, in seconds, in their own way; either name is taken everywhere."""

    expires_in_seconds = IntegerField(least=1, most=LONGEST_URL_SECONDS, required=False, allow_null=True)
    duration_seconds = IntegerField(least=1, most=LONGEST_URL_SECONDS, required=False, allow_null=True)
    disposition = ChoiceField(["attachment", "inline"], required=False)

    def options(self) -> DownloadOptions:
        sent = self.validated_data
        seconds = sent.get("expires_in_seconds") or sent.get("duration_seconds") or 3600
        return DownloadOptions(timedelta(seconds=seconds), inline=sent.get("disposition") == "inline")


class DownloadQuery(DownloadInput):
    expires_in_seconds = IntegerField(least=1, most=LONGEST_URL_SECONDS, required=False, from_text=True)
    duration_seconds = IntegerField(least=1, most=LONGEST_URL_SECONDS, required=False, from_text=True)
