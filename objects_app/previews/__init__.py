"""What people see of content without opening it: read within limits, never run, and escaped or sanitised."""

from objects_app.previews.base import FIRST_BYTES, Content, Preview, Source, nothing
from objects_app.previews.kinds import media_kind
from objects_app.previews.making import preview_of

__all__ = ["FIRST_BYTES", "Content", "Preview", "Source", "media_kind", "nothing", "preview_of"]
