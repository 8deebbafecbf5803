"""Places in a text as editors count them, and the bytes that they mean."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types as lsp

from checker.notes import Span
from checker.notes.lines import Lines


class Positions:
    """Byte offsets of a text in UTF-8 to positions (line and character from 0) and back. `encoding` tells what a character is: a
    code unit of utf-8, utf-16 or utf-32. What lies outside of the text, or inside a character, means the nearest place before."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self.lines, self.encoding = Lines(data), encoding

    def position(self, offset: int) -> lsp.Position:
        line = self.lines.index(offset)
        start = self.lines.starts[line]
        before = self.lines.data[start : min(max(offset, start), self.lines.end(line))]
        return lsp.Position(line, self._units(before.decode("utf-8", "ignore")))

    def offset(self, position: lsp.Position) -> int:
        if position.line >= len(self.lines.starts):
            return len(self.lines.data)
        line = max(position.line, 0)
        text = self.lines.text(line).decode("utf-8", "ignore")
        if self.encoding == "utf-32" or text.isascii():
            text = text[: max(position.character, 0)]
        else:
            left = position.character
            for index, character in enumerate(text):
                left -= self._units(character)
                if left < 0:
                    text = text[:index]
                    break
        return self.lines.starts[line] + len(text.encode())

    def range(self, span: Span) -> lsp.Range:
        return lsp.Range(self.position(span.start), self.position(span.end))

    def span(self, place: lsp.Range) -> Span:
        start = self.offset(place.start)
        return Span(start, max(start, self.offset(place.end)))

    def line_span(self, line: int) -> Span:
        """The text of a 1-based line, without the blanks around it."""
        index = min(max(line, 1), len(self.lines.starts)) - 1
        start, text = self.lines.starts[index], self.lines.text(index)
        first = start + len(text) - len(text.lstrip())
        return Span(first, max(first, start + len(text.rstrip())))

    def place(self, line: int, column: int) -> int:
        """The byte offset of a 1-based line and a 1-based column in characters."""
        index = min(max(line, 1), len(self.lines.starts)) - 1
        text = self.lines.text(index).decode("utf-8", "ignore")
        return self.lines.starts[index] + len(text[: max(column, 1) - 1].encode())

    def _units(self, text: str) -> int:
        if self.encoding == "utf-32" or text.isascii():
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode())
        return len(text) + sum(character > "\uffff" for character in text)


def changed(data: bytes, changes: Iterable[lsp.TextDocumentContentChangeEvent], encoding: str) -> bytes:
    """A text after the changes that an editor reports, one after the other: each of a range, or of the whole."""
    for change in changes:
        new = to_bytes(change.text)
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            span = Positions(data, encoding).span(change.range)
            data = data[: span.start] + new + data[span.end :]
        else:
            data = new
    return data


def to_bytes(text: str) -> bytes:
    """A text as UTF-8; half of a surrogate pair, which has no such form, as a question mark."""
    return text.encode("utf-8", "replace")
