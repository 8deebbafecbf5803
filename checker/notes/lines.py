"""Where a byte of a text stands: its line, its column, and the position that Obsidian would give."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n?|\n")
CHUNK = 2048
CONTINUATION = bytes(range(0x80, 0xC0))
LEAD_OF_FOUR = bytes(range(0xF0, 0xF8))


class Span(NamedTuple):
    """Bytes [start, end) of a file."""

    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """A byte offset as Obsidian counts: `line` and `col` from 0, `col` and `offset` in UTF-16 code units, a BOM not counted."""

    line: int
    col: int
    offset: int

    def as_dict(self) -> dict[str, int]:
        return {"line": self.line, "col": self.col, "offset": self.offset}


class Lines:
    """The lines of a text in UTF-8. CRLF, LF and a lone CR each end one."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.first = len(BOM) if data.startswith(BOM) else 0
        self.starts = [self.first]
        if b"\r" in data:
            self.starts += [match.end() for match in LINE_END.finditer(data)]
        else:
            self.starts += accumulate([len(line) + 1 for line in data.split(b"\n")[:-1]])

    def index(self, offset: int) -> int:
        """The 0-based line of a byte offset."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def end(self, index: int) -> int:
        """The byte after the last one of a 0-based line, its line break left out."""
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.data)
        if self.data[end - 1 : end] == b"\n" and end > self.starts[index]:
            end -= 1
        if self.data[end - 1 : end] == b"\r" and end > self.starts[index]:
            end -= 1
        return end

    def text(self, index: int) -> bytes:
        return self.data[self.starts[index] : self.end(index)]

    def column(self, offset: int) -> int:
        """The 1-based column of a byte offset, in characters."""
        before = self.data[self.starts[self.index(offset)] : offset]
        return 1 + len(before.translate(None, CONTINUATION))

    def obsidian(self, offset: int) -> Place:
        """The position that Obsidian gives to a byte offset."""
        line = self.index(offset)
        units = self._units(offset)
        return Place(line, units - self._units(self.starts[line]), units)

    def _units(self, offset: int) -> int:
        """UTF-16 code units before a byte offset, the BOM left out."""
        if self._ascii:
            return offset
        chunk, rest = divmod(offset, CHUNK)
        return self._chunks[chunk] + _utf16(self.data[offset - rest : offset]) - (1 if self.first and offset else 0)

    @cached_property
    def _ascii(self) -> bool:
        return self.data.isascii()

    @cached_property
    def _chunks(self) -> list[int]:
        """UTF-16 code units before each CHUNK of bytes, so that a long line costs no more than a short one."""
        counts = [0]
        for start in range(0, len(self.data), CHUNK):
            counts.append(counts[-1] + _utf16(self.data[start : start + CHUNK]))
        return counts


def _utf16(data: bytes) -> int:
    """UTF-16 code units that begin in some UTF-8 bytes: one for each character, two beyond the basic plane."""
    characters = data.translate(None, CONTINUATION)
    return len(characters) + len(characters) - len(characters.translate(None, LEAD_OF_FOUR))
