"""What the index keeps of a file: enough to answer for its links, tags and anchors without reading it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checker.notes.canvas import Canvas
from checker.notes.link import Link
from checker.notes.note import BlockId, Heading, Note, Problem, Tag

CALLOUT = re.compile(rb">[ \t]*\[!([^\]\r\n|]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A note or canvas, without its text. The names are those of `Note`; `callouts` holds the kinds that its lines seem to
    open."""

    property_links: Sequence[Link] = ()
    body_links: Sequence[Link] = ()
    property_tags: Sequence[Tag] = ()
    tags: Sequence[Tag] = ()
    commented_tags: Sequence[Tag] = ()
    headings: Sequence[Heading] = ()
    block_ids: Sequence[BlockId] = ()
    aliases: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    callouts: Sequence[str] = ()


def entry_of(read: Note | Canvas) -> Entry:
    """The entry of a file that was read whole."""
    if isinstance(read, Canvas):
        return Entry(body_links=read.links, problems=read.problems)
    return Entry(
        property_links=read.property_links,
        body_links=read.body_links,
        property_tags=read.property_tags,
        tags=read.tags,
        commented_tags=read.commented_tags,
        headings=read.headings,
        block_ids=read.block_ids,
        aliases=aliases(read.properties.get("aliases")),
        problems=read.problems,
        callouts=callouts(read.data),
    )


def callouts(data: bytes) -> tuple[str, ...]:
    """The kinds of callouts that a text seems to open, whether or not the place is one where they open."""
    found = CALLOUT.findall(data) if b"[!" in data else ()
    return tuple(dict.fromkeys(kind.decode("utf-8", "replace").strip().lower() for kind in found))


def aliases(value: Any) -> tuple[str, ...]:
    """The names in an `aliases` property; what is no text is none."""
    values = value if isinstance(value, list) else [value]
    return tuple(name.strip() for name in values if isinstance(name, str) and name.strip())
