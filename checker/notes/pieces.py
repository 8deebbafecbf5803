"""What Obsidian's markdown has inside a block, as it was read: for whoever shows a note, so that it is shown as it was read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

from checker.notes.lines import Span
from checker.notes.link import Link
from checker.notes.note import Note

Kind = Literal["wikilink", "tag", "math_inline", "comment_inline", "block_id", "footnote_reference", "footnote_inline"]
QUOTE = re.compile(r"[ \t]*>")


class Piece(NamedTuple):
    """`text` is what stands between the marks: a tag's name, an id, a formula in TeX, a footnote's words. A wikilink has its
    `link`; `display`: whether a formula has its own line (`$$`) or stands within one."""

    kind: Kind
    span: Span
    text: str = ""
    link: Link | None = None
    display: bool = False


def pieces(note: Note) -> tuple[Piece, ...]:
    """The pieces of a note in order. None overlaps another, but an inline footnote may hold others.

    Block comments, blocks of formulas and the definitions of footnotes are blocks, and markdown links are CommonMark's.
    """
    found: list[Piece] = []
    defined = [definition.span for definition in note.definitions]
    for piece in sorted(_found(note), key=lambda piece: (piece.span.start, -piece.span.end)):
        before = found[-1].span.end if found else 0
        if piece.span.start >= before and not _at(defined, piece.span.start):
            found.append(piece)
    spans = [piece.span for piece in found]
    found += (piece for piece in _inline_footnotes(note) if not any(_at(spans, offset) for offset in _marks(piece.span)))
    return tuple(sorted(found, key=lambda piece: (piece.span.start, -piece.span.end)))


def _found(note: Note) -> Iterator[Piece]:
    for comment in note.comments:
        if not comment.block:
            yield Piece("comment_inline", comment.span)
    tables = [block.span for block in note.blocks if block.kind == "table"]
    for span in note.formulas:
        text = _without_quote(note, span)
        if _at(tables, span.start):
            text = text.replace("\\|", "|")
        width = 2 if text.startswith("$$") else 1
        yield Piece("math_inline", span, text[width:-width], display=width == 2)
    for link in note.links:
        if link.kind == "wiki":
            yield Piece("wikilink", link.span, link=link)
    for tag in note.tags:
        yield Piece("tag", tag.span, tag.name)
    for block_id in note.block_ids:
        yield Piece("block_id", block_id.span, block_id.id)
    for footnote in note.footnotes:
        if footnote.kind == "reference":
            yield Piece("footnote_reference", footnote.span, footnote.id)


def _inline_footnotes(note: Note) -> Iterator[Piece]:
    for footnote in note.footnotes:
        if footnote.kind == "inline":
            start, end = footnote.span
            yield Piece("footnote_inline", footnote.span, note.data[start + 2 : end - 1].decode("utf-8"))


def _marks(span: Span) -> tuple[int, int, int]:
    """Where `^`, `[` and `]` of an inline footnote stand: where a link begins or ends there, they are the link's."""
    return span.start, span.start + 1, span.end - 1


def _at(spans: list[Span], offset: int) -> bool:
    """Whether one of the spans, in order, covers an offset."""
    index = bisect_right(spans, offset, key=lambda span: span.start) - 1
    return index >= 0 and offset < spans[index].end


def _without_quote(note: Note, span: Span) -> str:
    """The text of a formula without the `>` before its lines."""
    line = note.lines.starts[note.lines.index(span.start)]
    depth = note.data[line : span.start].count(b">")
    first, *others = note.data[span.start : span.end].decode("utf-8").splitlines()
    return "\n".join([first, *(_cut(other, depth) for other in others)])


def _cut(line: str, depth: int) -> str:
    for _ in range(depth):
        line = QUOTE.sub("", line, count=1) if QUOTE.match(line) else line
    return line
