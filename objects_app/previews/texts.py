"""Text and code: decoded, made harmless to the eye, coloured by classes."""

import codecs
import io

from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_for_filename, get_lexer_for_mimetype
from pygments.util import ClassNotFound

from objects_app.content_types import essence_of
from objects_app.previews.base import Content, Preview, Unreadable, joined
from objects_app.previews.sanitising import sanitised_code

MOST_COLOURED = 200_000  # characters
LONGEST_COLOURED_LINE = 2_000
TOKENS_AT_ONCE = 500
NO_TEXT = "These bytes do not look like text. Download the object to open it."
NOT_UTF8 = "Some bytes are not UTF-8 and show as �."
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MOST_REPLACED = 0.05
CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}
# Marks that turn the direction of what follows could make text read as something else.
DIRECTIONS = {
    code: f"[U+{code:04X}]" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
VISIBLE: dict[int, int | str] = {**CONTROLS, **DIRECTIONS}


def text_preview(content: Content) -> Preview:
    text, note = decode(content.head(), is_cut=content.is_cut)
    lexer = _lexer_for(text, content.content_type, content.name)
    return _shown(text, lexer, content, joined(content.cut_note(), note))


def plain_text(text: str, content: Content, note: str) -> Preview:
    return _shown(text, _plain_lexer(), content, note)


def code(text: str, content: Content, *, name: str, note: str) -> Preview:
    """In the language that the end of the name tells."""
    return _shown(text, _lexer_for(text, "", name), content, note)


def _shown(text: str, lexer: Lexer, content: Content, note: str) -> Preview:
    text = visible(text.replace("\r\n", "\n"))
    return Preview("text", note, html=sanitised_code(_coloured(text, lexer, content)))


def decode(head: bytes, *, is_cut: bool) -> tuple[str, str]:
    """The text, and what is to be said of it. Raise Unreadable where the bytes are no text."""
    is_utf16 = head.startswith(UTF16)
    if b"\0" in head and not is_utf16:
        raise Unreadable(NO_TEXT)
    decoder = codecs.getincrementaldecoder("utf-16" if is_utf16 else "utf-8-sig")(errors="replace")
    text = decoder.decode(head, final=not is_cut)
    replaced = text.count("\ufffd")
    if replaced > max(20, len(text) * MOST_REPLACED):
        raise Unreadable(NO_TEXT)
    return text, NOT_UTF8 if replaced else ""


def visible(text: str) -> str:
    """The same text with its controls and marks of direction shown as signs."""
    return text.translate(VISIBLE)


def _lexer_for(text: str, content_type: str, name: str) -> Lexer:
    if len(text) > MOST_COLOURED or any(len(line) > LONGEST_COLOURED_LINE for line in text.splitlines()):
        return _plain_lexer()
    for find, word in ((get_lexer_for_filename, name), (get_lexer_for_mimetype, essence_of(content_type))):
        try:
            return find(word, stripnl=False, ensurenl=False)
        except ClassNotFound:
            continue
    return _plain_lexer()


def _plain_lexer() -> Lexer:
    return TextLexer(stripnl=False, ensurenl=False)


def _coloured(text: str, lexer: Lexer, content: Content) -> str:
    """Without colours where they would take too long."""
    tokens = []
    for number, token in enumerate(lexer.get_tokens(text)):
        if number % TOKENS_AT_ONCE == 0 and not content.has_time():
            tokens = list(_plain_lexer().get_tokens(text))
            break
        tokens.append(token)
    out = io.StringIO()
    HtmlFormatter(nowrap=True).format(tokens, out)
    html = out.getvalue()
    return html if len(text) > MOST_COLOURED else _in_lines(html)


def _in_lines(html: str) -> str:
    """Each line by itself, so that the sheet can number them; the formatter closes its elements at each line's end."""
    return "".join(f'<span class="line">{line}\n</span>' for line in html.rstrip("\n").split("\n"))
