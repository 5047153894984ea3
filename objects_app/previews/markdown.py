"""Markdown as prose. What it brings of HTML is shown as text; pictures become links."""

from markdown_it import MarkdownIt

from objects_app.previews.base import Content, Preview, joined, said_size
from objects_app.previews.sanitising import sanitised_prose
from objects_app.previews.texts import decode, visible

MOST_BYTES = 32 * 1024  # some texts take time by the square of their length
SHIFT = 2  # the page itself has headings of the first two levels
READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def markdown_preview(content: Content) -> Preview:
    head = content.head()
    is_cut = content.is_cut or len(head) > MOST_BYTES
    text, note = decode(head[:MOST_BYTES], is_cut=is_cut)
    shown = min(MOST_BYTES, content.most)
    cut_note = f"First {said_size(shown)} of {said_size(content.size)} shown." if is_cut else ""
    return Preview("prose", joined(cut_note, note), html=sanitised_prose(_rendered(visible(text))))


def _rendered(text: str) -> str:
    tokens = READER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + SHIFT, 6)}"
    return str(READER.renderer.render(tokens, READER.options, {}))
