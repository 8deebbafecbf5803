"""The status of a claim as it stands in a note: as it was written, or as an editor or a formatter has left it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from checker.notes import Note, Span
from checker.words import MARKS

_SHOWN = rb"(?:" + "|".join(MARKS.values()).encode() + rb")[^\[\]]*?"
WIKILINK = re.compile(rb"\\?\[\\?\[(?P<to>[^\[\]|\\\r\n]+)\\?\|(?P<shown>" + _SHOWN + rb")\\?\]\\?\]")
MARKDOWN_LINK = re.compile(
    rb"\\?\[(?P<shown>"
    + _SHOWN
    + rb")\\?\]\\?\(\s*(?P<to><[^<>\r\n]*>|[^\s<>()\\]+)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\\?\)"
)
BREAK = re.compile(r"\s*[\r\n][\s>]*")


@dataclass(frozen=True)
class StatusLink:
    """A link whose text begins with the mark of a status. `whole` is its span with the white space before it, a line break among
    that. `target` is the id that it points at, whatever the path, and `shown` its text."""

    span: Span
    whole: Span
    target: str
    shown: str


def status_links(note: Note, start: int, end: int) -> list[StatusLink]:
    """The status links between two offsets of a note, in order. The brackets may be escaped, and a line may end in the text."""
    part = note.data[start:end]
    if not any(mark.encode() in part for mark in MARKS.values()):
        return []
    found = [*WIKILINK.finditer(note.data, start, end), *MARKDOWN_LINK.finditer(note.data, start, end)]
    return [_link(note, match, start) for match in sorted(found, key=lambda match: match.start())]


def _link(note: Note, match: re.Match[bytes], start: int) -> StatusLink:
    to = match["to"].decode("utf-8")
    if match.re is MARKDOWN_LINK:
        to = unquote(to.strip("<>"))
    target = to.partition("#")[0].strip().rpartition("/")[2].removesuffix(".md")
    shown = BREAK.sub(" ", match["shown"].decode("utf-8")).replace("\\", "").replace("\ufe0f", "").strip()
    return StatusLink(Span(*match.span()), Span(gap_before(note.data, start, match.start()), match.end()), target, shown)


def gap_before(data: bytes, start: int, end: int) -> int:
    """Where the white space before an offset begins: spaces, or one line break with the marks of a quote after it."""
    line = line_break_before(data, start, end)
    return start + len(data[start : end if line is None else line].rstrip(b" \t"))


def line_break_before(data: bytes, start: int, end: int) -> int | None:
    """Where a line break begins that nothing but blanks and the marks of a quote part from an offset."""
    text = data[start:end].rstrip(b" \t>")
    ends = next((mark for mark in (b"\r\n", b"\n", b"\r") if text.endswith(mark)), None)
    return None if ends is None else start + len(text) - len(ends)
