"""Stored objects: immutable blobs and their records. The row alone says which blob an object has."""

import unicodedata
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import BigIntegerField, Case, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Now

from objects_app import clock
from objects_app.ids import OrderedIds

_ids = OrderedIds("obj")


def new_object_id() -> str:
    return _ids.new_id()


def fold(text: str) -> str:
    """What names are compared by, so that every database answers a search alike."""
    return unicodedata.normalize("NFC", text).casefold()


class State(models.TextChoices):
    UPLOADING = "UPLOADING"
    READ_ONLY = "READ_ONLY"
    ERROR = "ERROR"
    DELETED = "DELETED"


def listed_name() -> Func:
    """What lists are sorted by: as much of a name as an index of PostgreSQL can hold. Without parameters, by which
    SQLite would not see that its index says the same.
    """
    return Func(F("folded_name"), template="SUBSTR(%(expressions)s, 1, 200)", output_field=TextField())


def listed_size() -> Func:
    """Objects without content come before the empty ones, on every database alike."""
    return Func(F("size_bytes"), template="COALESCE(%(expressions)s, -1)", output_field=BigIntegerField())


def is_not_due() -> Q:
    return Q(delete_after__isnull=True) | Q(delete_after__gt=clock.now())


def is_over() -> Q:
    """Whose content nobody will read any more."""
    return Q(state=State.DELETED) | Q(state=State.ERROR)


def has_bytes_to_purge() -> Q:
    """The sweep says it as its index does, and without IN: SQLite does not see that such conditions are the same.

    Of finished objects it is what they were copied from.
    """
    return (is_over() & (~Q(blob_key="") | ~Q(staging_key=""))) | (Q(state=State.READ_ONLY) & ~Q(staging_key=""))


def has_unknown_digest() -> Q:
    return Q(state=State.READ_ONLY, sha256="")


def is_in_bucket(column: str) -> Q:
    """Whether a key is one of the bucket's: those of files on disk have no slash."""
    return Q(**{f"{column}__contains": "/"})


def is_live() -> Q:
    return ~Q(state=State.DELETED) & is_not_due()


def is_deleted() -> Q:
    """The contrary, said so that databases know how many there are: of a CASE they would guess few, and sort them."""
    return Q(state=State.DELETED) | Q(delete_after__lte=clock.now())


def is_public_now() -> Q:
    """What every key holder may read: finished, not past its time, and its account in good standing."""
    return is_public_until_due() & is_not_due()


def is_public_until_due() -> Q:
    """The same but for the time, for counts as well, which know none."""
    return Q(is_public=True, state=State.READ_ONLY, account__suspended_at__isnull=True)


class StoredObjectQuerySet(models.QuerySet["StoredObject"]):
    """Reading words. Whoever reads for somebody starts at `access.visible_objects`, not here."""

    def with_current_state(self) -> Self:
        """Add `seen_at`, the database's time, and `current_state`: an object past its time to live is deleted now."""
        due = Q(delete_after__lte=clock.now())
        return self.annotate(
            seen_at=clock.now(),
            current_state=Case(When(due, then=Value(State.DELETED.value)), default=F("state")),
        )

    def of(self, account_id: str) -> Self:
        return self.filter(account_id=account_id)

    def live(self) -> Self:
        return self.filter(is_live())

    def uploading(self) -> Self:
        """Those that can still be uploaded to and completed."""
        return self.filter(is_not_due(), state=State.UPLOADING)

    def public(self) -> Self:
        return self.filter(is_public_now())

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class StoredObject(models.Model):
    id = models.CharField(primary_key=True, max_length=40, default=new_object_id, editable=False)
    account = models.ForeignKey("Account", on_delete=models.PROTECT, related_name="stored_objects", db_index=False)
    name = models.CharField(max_length=1024)
    folded_name = models.TextField(editable=False)
    content_type = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADING)
    error_reason = models.CharField(max_length=300, blank=True)
    metadata = models.JSONField(default=dict)

    is_public = models.BooleanField(default=False)
    was_public = models.BooleanField(default=False)
    visibility_epoch = models.PositiveIntegerField(default=0)

    created_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    last_activity_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True)
    delete_after = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    declared_size = models.PositiveBigIntegerField(null=True)
    declared_sha256 = models.CharField(max_length=64, blank=True)
    staging_key = models.CharField(max_length=100, blank=True)
    staged_size = models.PositiveBigIntegerField(null=True)
    staged_sha256 = models.CharField(max_length=64, blank=True)
    blob_key = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    verified_at = models.DateTimeField(null=True)  # when the SHA-256 of the stored bytes was last computed

    objects: ClassVar = StoredObjectQuerySet.as_manager()

    # No columns: what with_current_state() adds to each row.
    seen_at: datetime
    current_state: str

    class Meta:
        verbose_name = "object"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="state_known"),
            models.CheckConstraint(
                condition=~Q(state=State.READ_ONLY) | (Q(size_bytes__isnull=False) & ~Q(blob_key="")),
                name="read_only_has_its_bytes",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.UPLOADING) | Q(blob_key="", size_bytes__isnull=True, was_public=False),
                name="uploading_has_no_content",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DELETED) | (Q(deleted_at__isnull=False, sha256="") & Q(metadata={})),
                name="deleted_keeps_no_content",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="object_has_a_name"),
            models.UniqueConstraint(fields=["blob_key"], condition=~Q(blob_key=""), name="blob_of_one_object"),
            models.UniqueConstraint(fields=["staging_key"], condition=~Q(staging_key=""), name="staging_of_one_object"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-created_at", "-id"], name="object_newest_of_account"),
            models.Index(
                fields=["account", "-created_at", "-id"], condition=~Q(state=State.DELETED), name="object_newest_live"
            ),
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=Q(state=State.UPLOADING) | Q(state=State.ERROR),
                name="object_newest_unfinished",
            ),
            models.Index(
                fields=["account", "-created_at", "-id"],
                condition=Q(is_public=True),
                name="object_public_of_account",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(is_public=True, state=State.READ_ONLY),
                name="object_newest_public",
            ),
            models.Index(
                F("account"), listed_name(), F("id"), condition=~Q(state=State.DELETED), name="object_by_name"
            ),
            models.Index(
                F("account"), listed_size(), F("id"), condition=~Q(state=State.DELETED), name="object_by_size"
            ),
            models.Index(fields=["last_activity_at"], condition=Q(state=State.UPLOADING), name="object_stale_uploads"),
            models.Index(fields=["delete_after"], condition=~Q(state=State.DELETED), name="object_due"),
            models.Index(fields=["verified_at"], condition=Q(state=State.READ_ONLY), name="object_to_verify"),
            models.Index(fields=["id"], condition=has_bytes_to_purge(), name="object_bytes_to_purge"),
            models.Index(fields=["sha256"], condition=has_unknown_digest(), name="object_digest_to_compute"),
        ]

    def __str__(self) -> str:
        return self.name


OWN_COLUMNS = tuple(field.attname for field in StoredObject._meta.concrete_fields)
EVERY_COLUMN = (*OWN_COLUMNS, "seen_at", "current_state")  # those that with_current_state() adds come last
SHOWN_COLUMNS = (
    "id",
    "account_id",
    "name",
    "content_type",
    "current_state",
    "error_reason",
    "metadata",
    "is_public",
    "created_at",
    "delete_after",
    "size_bytes",
    "sha256",
)


def every_object() -> QuerySet[StoredObject, Any]:
    return StoredObject.objects.with_current_state().values_list(*EVERY_COLUMN)


def stored_object_of(row: Any) -> StoredObject:
    """The object of a row of EVERY_COLUMN."""
    stored_object = StoredObject.from_db(DEFAULT_DB_ALIAS, OWN_COLUMNS, row[: len(OWN_COLUMNS)])
    stored_object.seen_at, stored_object.current_state = row[len(OWN_COLUMNS) :]
    return stored_object


class OpenUpload(StoredObject):
    """The same rows, for the page of the admin that shows those that are uploaded now."""

    class Meta:
        proxy = True
        verbose_name = "upload in progress"
        verbose_name_plural = "uploads in progress"


class MetadataPair(models.Model):
    """One entry of an object's metadata, so that keys and values are found without scanning objects."""

    stored_object = models.ForeignKey(
        StoredObject, on_delete=models.CASCADE, related_name="metadata_pairs", db_index=False
    )
    account = models.ForeignKey("Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=128)
    value = models.CharField(max_length=4096)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stored_object", "key"], name="metadata_key_once_an_object")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "key", "value"], name="metadata_of_account")]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
