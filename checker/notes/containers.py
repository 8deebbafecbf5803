"""Quotes and lists around a line: how much of it they take, and where Obsidian says that a list item begins and ends."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from checker.notes.lines import Lines, Span

QUOTE = re.compile(rb"[ \t]*>[ \t]?")
LAZY = re.compile(rb"[ \t]*")
BULLET = re.compile(rb"[ \t]*(?:[*+-]|(\d+)[.)])(?: {1,4}(?! )| |\t|(?=[\r\n]|\Z))")
TASK = re.compile(rb"[ \t]*\[([^\r\n\x80-\xff]|[\xc2-\xf4][\x80-\xbf]+)\](?=[ \t\r\n])")
TAB = 4


@dataclass
class Item:
    """A list item while the tokens are read; `child` is the first line of the list inside it, `spread` whether a blank line
    parts it from the next one."""

    first: int
    last: int
    start: int
    parent: int
    task: str | None
    child: int | None = None
    spread: bool = False
    span: Span = field(default=Span(0, 0))


class Containers:
    """The open quotes and list items. `cut` is the number of bytes that they take from the start of each line."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.cut = [0] * len(lines.starts)
        self.items: list[Item] = []
        self.open: list[Item] = []
        self.lists: list[int] = []
        self.before: dict[int, Item] = {}

    @property
    def item(self) -> Item | None:
        """The innermost list item that is open."""
        return self.open[-1] if self.open else None

    def enter(self, name: str, first: int, last: int) -> None:
        """A container or leaf opens on lines [first, last)."""
        if name == "blockquote":
            self._quote(first, last)
        elif name in ("bullet_list", "ordered_list"):
            if self.open and self.open[-1].child is None:
                self.open[-1].child = first
            self.lists.append(self.open[-1].first if self.open else -max(first, 1))
        elif name == "list_item":
            self._item(first, last)

    def leave(self, name: str) -> None:
        """A container closes."""
        if name in ("bullet_list", "ordered_list"):
            self.before.pop(len(self.lists), None)
            self.lists.pop()
        elif name == "list_item":
            item = self.open.pop()
            item.span = self._span(item)

    def quote_text(self, line: int) -> int:
        """Where the text begins after the `>` that opens on a line."""
        start = self.lines.starts[line] + self.cut[line]
        match = QUOTE.match(self.lines.data, start, self.lines.end(line))
        spaces = LAZY.match(self.lines.data, match.end() if match else start, self.lines.end(line))
        assert spaces
        return spaces.end()

    def _quote(self, first: int, last: int) -> None:
        for line in range(first, min(last, len(self.cut))):
            start = self.lines.starts[line]
            match = QUOTE.match(self.lines.data, start + self.cut[line], self.lines.end(line))
            if match:
                self.cut[line] = match.end() - start

    def _item(self, first: int, last: int) -> None:
        lines, depth = self.lines, len(self.lists)
        start = lines.starts[first] + self.cut[first]
        bullet = BULLET.match(lines.data, start, lines.end(first))
        after = bullet.end() if bullet else start
        previous = self.before.get(depth)
        if previous is not None and previous.child is None:
            previous.spread = self._blank(first - 1)
            previous.span = self._span(previous)
        task = TASK.match(lines.data, after, lines.end(first) + 1)
        item = Item(first, last, start, self.lists[-1], task[1].decode("utf-8") if task else None)
        self.items.append(item)
        self.open.append(item)
        self.before[depth] = item
        if bullet:
            # Obsidian lets what is below `1.` to `9.` be indented by one column more than the text.
            spare = bullet[1] and len(bullet[1]) < 2 and len(bullet[0]) % 2 == 1
            self._indent(first, last, _width(bullet[0]) + (1 if spare else 0))
            self.cut[first] += len(bullet[0])

    def _indent(self, first: int, last: int, width: int) -> None:
        """Take from the lines below the first what all of them are indented by, at most `width` columns."""
        below = [line for line in range(first + 1, min(last, len(self.cut))) if not self._blank(line)]
        removed = min([width, *(self._indentation(line) for line in below)])
        for line in below:
            rest, column, taken = self._rest(line), 0, 0
            while column < removed:
                column += TAB - column % TAB if rest[taken : taken + 1] == b"\t" else 1
                taken += 1
            self.cut[line] += taken

    def _indentation(self, line: int) -> int:
        rest = self._rest(line)
        return _width(rest[: len(rest) - len(rest.lstrip(b" \t"))])

    def _rest(self, line: int) -> bytes:
        return self.lines.data[self.lines.starts[line] + self.cut[line] : self.lines.end(line)]

    def _blank(self, line: int) -> bool:
        return not self._rest(line).strip()

    def _span(self, item: Item) -> Span:
        last = min(item.last if item.child is None else max(item.child, item.first + 1), len(self.cut))
        while last > item.first + 1 and self._blank(last - 1):
            last -= 1
        if item.spread and item.child is None and last < len(self.cut):
            return Span(item.start, self.lines.starts[last] + self.cut[last])
        return Span(item.start, self.lines.end(last - 1))


def _width(blanks: bytes) -> int:
    """The columns that a prefix fills; other bytes than tabs fill one each."""
    column = 0
    for byte in blanks:
        column += TAB - column % TAB if byte == 9 else 1
    return column
