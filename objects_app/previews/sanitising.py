"""The one place where markup made from content becomes part of a page: nh3 leaves only what is named here."""

from collections.abc import Callable

import nh3
from django.utils.safestring import SafeString, mark_safe

CODE = {"span": {"class"}}
PROSE: dict[str, set[str]] = {
    **{f"h{level}": set() for level in range(3, 7)},
    **{
        tag: set()
        for tag in (
            *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "li"),
            *("table", "thead", "tbody", "tr", "th", "td"),
        )
    },
    "ol": {"start"},
    "a": {"href", "title"},
}


def sanitised_code(html: str) -> SafeString:
    return _clean(html, CODE)


def sanitised_prose(html: str) -> SafeString:
    """Links lead to whole addresses alone; a relative one would lead into these pages."""
    return _clean(html, PROSE, attribute_filter=_keep_whole_address)


def _keep_whole_address(_tag: str, attribute: str, value: str) -> str | None:
    is_whole = value.lower().startswith(("http://", "https://", "mailto:"))
    return value if attribute != "href" or is_whole else None


def _clean(
    html: str,
    allowed: dict[str, set[str]],
    *,
    attribute_filter: Callable[[str, str, str], str | None] | None = None,
) -> SafeString:
    cleaned = nh3.clean(
        html,
        tags=set(allowed),
        attributes=allowed,
        attribute_filter=attribute_filter,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(cleaned)  # noqa: S308  this is what the module is for
