"""What a note is once it has been read: immutable values with UTF-8 byte spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any


def line_at(data: bytes, offset: int) -> int:
    """The 1-based line of a byte offset. CRLF, LF and a lone CR each end a line."""
    before = data[:offset]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


@dataclass(frozen=True, order=True)
class Span:
    """Bytes [start, end) of a note."""

    start: int
    end: int


@dataclass(frozen=True)
class Heading:
    level: int
    text: str
    span: Span


@dataclass(frozen=True)
class Link:
    """A wikilink. `subpath` keeps its `#`; `display` is None where the link has no `|`."""

    target: str
    subpath: str
    display: str | None
    embed: bool
    span: Span


@dataclass(frozen=True)
class Tag:
    """A tag without its `#`, as written."""

    name: str
    span: Span


@dataclass(frozen=True)
class BlockId:
    """A block id without its `^`; the span covers `^id`."""

    id: str
    span: Span


@dataclass(frozen=True)
class Block:
    """A leaf block. The span runs from its first line to its last byte before the line break; `line` is 1-based.

    `kind` is paragraph, list item, heading, table, callout, quote, code, math or html.
    """

    kind: str
    line: int
    span: Span
    block_id: BlockId | None = None


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file, for a person: `path:line: message`."""

    path: PurePosixPath
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Note:
    """A note as read. `path` is relative to the vault; `visible` is `data` with frontmatter, code, math, HTML and
    comments blanked byte by byte, so that a span in one is the same span in the other. `hidden` holds the spans of comments
    and math, which may begin in one block and end in another."""

    path: PurePosixPath
    data: bytes
    visible: bytes
    properties: Mapping[str, Any]
    headings: tuple[Heading, ...] = ()
    blocks: tuple[Block, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[Tag, ...] = ()
    block_ids: tuple[BlockId, ...] = ()
    hidden: tuple[Span, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def writable(self) -> bool:
        """False when the note has a fault that makes its structure unsure: it is read but never written."""
        return not self.problems

    def line_of(self, offset: int) -> int:
        """The 1-based line of a byte offset of this note."""
        return line_at(self.data, offset)
