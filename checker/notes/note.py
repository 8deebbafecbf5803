"""What a note is once it has been read: immutable values with UTF-8 byte spans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from checker.notes.lines import Lines, Place, Span
from checker.notes.link import Link


class Heading(NamedTuple):
    """A heading at the root of a note; Obsidian counts none inside a quote, callout or list."""

    level: int
    text: str
    span: Span


class Tag(NamedTuple):
    """A tag without its `#`, as written."""

    name: str
    span: Span


class BlockId(NamedTuple):
    """A block id without its `^`; the span covers `^id`."""

    id: str
    span: Span


@dataclass(frozen=True)
class Block:
    """A leaf block. The span runs from its first line to its last byte before the line break; `line` is 1-based.

    `kind` is paragraph, list item, heading, table, callout, quote, code, math, html or comment.
    """

    kind: str
    line: int
    span: Span
    block_id: BlockId | None = None


@dataclass(frozen=True)
class Section:
    """A block at the root of a note, under the name that Obsidian gives its kind (heading, paragraph, list, code, ...).

    An id on a line of its own belongs to the section before it.
    """

    kind: str
    span: Span
    block_id: BlockId | None = None


@dataclass(frozen=True)
class ListItem:
    """A list item without the items below it. The span is Obsidian's: a nested item begins where its parent's text does.

    `parent` is the 0-based line of the item above, or minus the line of its list (-1 for line 0) at the outermost level;
    `task` is the character in `[ ]`, None where the item is no task.
    """

    span: Span
    line: int
    parent: int
    task: str | None = None
    block_id: BlockId | None = None


@dataclass(frozen=True)
class Callout:
    """`> [!kind|metadata]± title`; `kind` is in lower case, `fold` is `+`, `-` or empty. The span is the first line's."""

    kind: str
    metadata: str
    fold: str
    title: str
    span: Span


@dataclass(frozen=True)
class Comment:
    """`%%...%%` or `<!-- -->`; `block` where it is a block of its own, `html` for the second form."""

    span: Span
    block: bool
    html: bool


@dataclass(frozen=True)
class Field:
    """A Dataview field. `form` is line, `[]` or `()`; an empty value is None."""

    key: str
    value: str | None
    form: str
    span: Span


@dataclass(frozen=True)
class Footnote:
    """`kind` is reference (`[^1]`), definition (`[^1]: text`) or inline (`^[text]`, whose id is empty)."""

    kind: str
    id: str
    span: Span


@dataclass(frozen=True)
class Definition:
    """A link reference definition, `[label]: destination`; `link` is None where it leads out of the vault."""

    label: str
    destination: str
    link: Link | None
    span: Span


@dataclass(frozen=True)
class Property:
    """A key of the frontmatter. `kind` is text, list, number, checkbox, date, datetime, object or empty; the span covers
    key and value."""

    key: str
    value: Any
    kind: str
    span: Span


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file, for a person: `path:line: message`. `column` counts characters from 1."""

    path: PurePosixPath
    line: int
    message: str
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Note:
    """A note as read. `path` is relative to the vault; `visible` is `data` with frontmatter, code, math, HTML and
    comments blanked byte by byte, so that a span in one is the same span in the other. `hidden` holds the spans of comments
    and math, which may begin in one block and end in another; `formulas` those of math that is no block of its own.

    `links` and `tags` are what a reader sees in the body. Obsidian also counts those in `%%` comments and in properties:
    `all_links` and `all_tags` hold every one, in order.
    """

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
    formulas: tuple[Span, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    frontmatter: Span | None = None
    property_items: tuple[Property, ...] = ()
    property_links: tuple[Link, ...] = ()
    property_tags: tuple[Tag, ...] = ()
    commented_links: tuple[Link, ...] = ()
    commented_tags: tuple[Tag, ...] = ()
    sections: tuple[Section, ...] = ()
    list_items: tuple[ListItem, ...] = ()
    callouts: tuple[Callout, ...] = ()
    comments: tuple[Comment, ...] = ()
    fields: tuple[Field, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    definitions: tuple[Definition, ...] = ()

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def writable(self) -> bool:
        """False when the note has a fault that makes its structure unsure: it is read but never written."""
        return not self.problems

    @property
    def body_links(self) -> tuple[Link, ...]:
        """The links and embeds of the body, those in comments too."""
        return tuple(sorted((*self.links, *self.commented_links), key=lambda link: link.span))

    @property
    def body_tags(self) -> tuple[Tag, ...]:
        """The tags of the body, those in comments too."""
        return tuple(sorted((*self.tags, *self.commented_tags), key=lambda tag: tag.span))

    @property
    def all_links(self) -> tuple[Link, ...]:
        """Every link that Obsidian counts: of the properties, then of the body."""
        return (*self.property_links, *self.body_links)

    @property
    def all_tags(self) -> tuple[Tag, ...]:
        """Every tag that Obsidian counts: of the properties, then of the body."""
        return (*self.property_tags, *self.body_tags)

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.data)

    def line_of(self, offset: int) -> int:
        """The 1-based line of a byte offset of this note."""
        return self.lines.index(offset) + 1

    def column_of(self, offset: int) -> int:
        """The 1-based column, in characters, of a byte offset of this note."""
        return self.lines.column(offset)

    def place_of(self, offset: int) -> Place:
        """The position that Obsidian gives to a byte offset of this note."""
        return self.lines.obsidian(offset)
