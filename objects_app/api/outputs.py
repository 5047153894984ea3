"""What clients see of objects. The serializers publish the shape; the functions below make it without their cost."""

from typing import Any

from rest_framework import serializers

from objects_app.listing import Page
from objects_app.models import ApiKey, Role, State
from objects_app.operations.readers import Readers, Reason, Verdict
from objects_app.operations.uploads import Upload
from objects_app.signing import milliseconds

Shape = dict[str, Any]


class ObjectOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    create_time_ms = serializers.IntegerField()
    size_bytes = serializers.IntegerField(allow_null=True, help_text="Null until the object is complete.")
    delete_after_time_ms = serializers.IntegerField(allow_null=True)
    metadata = serializers.DictField(child=serializers.CharField(allow_blank=True))
    is_public = serializers.BooleanField()
    sha256 = serializers.CharField(allow_null=True, help_text="Of the content, in lower-case hexadecimal digits.")
    error_reason = serializers.CharField(allow_null=True, help_text="Why the state is ERROR.")


class UploadOutput(ObjectOutput):
    upload_url = serializers.CharField(allow_null=True, help_text="PUT the bytes here; null once no more are taken.")
    upload_headers = serializers.DictField(child=serializers.CharField(), allow_null=True)
    upload_expires_time_ms = serializers.IntegerField(allow_null=True)


class PageOutput(serializers.Serializer[Any]):
    objects = ObjectOutput(many=True)
    has_more = serializers.BooleanField()
    total_count = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="Of all pages. Absent where include_total_count is false; null where a search, a content type or a "
        "time matches more than 10000.",
    )


class DownloadUrlOutput(serializers.Serializer[Any]):
    download_url = serializers.CharField()


class MetadataKeysOutput(serializers.Serializer[Any]):
    keys = serializers.ListField(child=serializers.CharField())


class MetadataValuesOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField(allow_blank=True))


class PublicReadersOutput(serializers.Serializer[Any]):
    is_public = serializers.BooleanField(help_text="Whether every live key with objects:read can read the object.")
    pages = serializers.ChoiceField(["anyone", "signed-in", "off"], help_text="Who may open pages of public objects.")


class MemberOutput(serializers.Serializer[Any]):
    email = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)


class ReadingKeyOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_time_ms = serializers.IntegerField(allow_null=True)


class LiveUrlsOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="At most so many of the last 30 days still work.")
    last_expires_time_ms = serializers.IntegerField(allow_null=True)
    is_complete = serializers.BooleanField(help_text="False where there are more than were looked at.")


class VerdictOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    can_read = serializers.BooleanField()
    reason = serializers.ChoiceField([reason.value for reason in Reason])


class AccessOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    has_content = serializers.BooleanField(help_text="False where nobody can read anything.")
    public = PublicReadersOutput()
    members = MemberOutput(many=True)
    keys = ReadingKeyOutput(many=True)
    download_urls = LiveUrlsOutput()
    key = VerdictOutput(required=False, help_text="Only where the query names a key.")


class ErrorOutput(serializers.Serializer[Any]):
    message = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the metaclass takes a field out of the class
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


def object_shape(row: Any) -> Shape:
    """`row` is a StoredObject or a row of a list; past its time, it shows as the tombstone that it is about to be."""
    is_deleted = row.current_state == State.DELETED
    return {
        "id": row.id,
        "name": row.name,
        "content_type": row.content_type,
        "state": row.current_state,
        "create_time_ms": milliseconds(row.created_at),
        "size_bytes": row.size_bytes,
        "delete_after_time_ms": milliseconds(row.delete_after) if row.delete_after else None,
        "metadata": {} if is_deleted else row.metadata,
        "is_public": row.is_public,
        "sha256": None if is_deleted else row.sha256 or None,
        "error_reason": None if is_deleted else row.error_reason or None,
    }


def upload_shape(upload: Upload) -> Shape:
    return {
        **object_shape(upload.stored_object),
        "upload_url": upload.url,
        "upload_headers": dict(upload.headers) or None,
        "upload_expires_time_ms": milliseconds(upload.expires_at) if upload.expires_at else None,
    }


def access_shape(readers: Readers) -> Shape:
    last = readers.urls.last_link_ends_at
    return {
        "id": readers.stored_object.pk,
        "state": readers.stored_object.current_state,
        "has_content": readers.has_content,
        "public": {"is_public": readers.is_public, "pages": readers.pages},
        "members": [{"email": member.user.email, "role": member.role} for member in readers.members],
        "keys": [_key_shape(key) for key in readers.keys],
        "download_urls": {
            "count": readers.urls.living_links,
            "last_expires_time_ms": milliseconds(last) if last else None,
            "is_complete": readers.urls.are_all,
        },
    }


def _key_shape(key: ApiKey) -> Shape:
    return {
        "id": key.pk,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "expires_time_ms": milliseconds(key.expires_at) if key.expires_at else None,
    }


def verdict_shape(verdict: Verdict) -> Shape:
    return {"id": verdict.key_id, "can_read": verdict.can_read, "reason": verdict.reason}


def page_shape(page: Page) -> Shape:
    return {"objects": [object_shape(row) for row in page.rows], "has_more": page.has_more}
