"""What lists are filtered by, the same for the API and for people."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from objects_app.models import State
from objects_app.models.objects import fold, is_deleted, is_live, is_not_due

# What people call content by, and how its content types begin; the API's words for content types are among them.
KINDS = {
    "text": ("text",),
    "image": ("image/",),
    "audio": ("audio/",),
    "video": ("video/",),
    "json": ("application/json", "application/x-ndjson"),
    "pdf": ("application/pdf",),
    "archive": (
        "application/zip",
        "application/gzip",
        "application/x-gtar",
        "application/x-tar",
        "application/zstd",
        "gzip",
        "tar",
        "tgz",
    ),
    "binary": ("application/octet-stream", "binary", "unspecified"),
}


@dataclass(frozen=True)
class Filters:
    """What to show; empty shows all. `name` and `search` find a part of the name, `search` also an exact id; `kind` is
    one of KINDS; the times are of creation, the first one included.
    """

    name: str = ""
    search: str = ""
    content_type: str = ""
    kind: str = ""
    state: str = ""
    is_public: bool | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None

    @property
    def are_counted(self) -> bool:
        """Whether counts are kept of such objects."""
        return self.are_plain and not (self.content_type or self.kind)

    @property
    def are_plain(self) -> bool:
        """Whether the SQL is one of few, whatever is looked for."""
        return not (self.name or self.search or self.created_from or self.created_before)

    def of_state(self) -> Q:
        if not self.state:
            return is_live()
        if self.state == State.DELETED:
            return is_deleted()
        return Q(state=self.state) & is_not_due()

    def of_all_but_state(self) -> Q:
        matches = Q()
        if self.name:
            matches &= Q(folded_name__contains=fold(self.name))
        if self.search:
            matches &= Q(pk=self.search) | Q(folded_name__contains=fold(self.search))
        if self.content_type:
            matches &= Q(content_type=self.content_type)
        if self.kind:
            matches &= reduce(or_, [Q(content_type__startswith=beginning) for beginning in KINDS[self.kind]])
        if self.is_public is not None:
            matches &= Q(is_public=self.is_public)
        return matches & self._of_creation()

    def _of_creation(self) -> Q:
        between = Q()
        if self.created_from:
            between &= Q(created_at__gte=self.created_from)
        if self.created_before:
            between &= Q(created_at__lt=self.created_before)
        return between
