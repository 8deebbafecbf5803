"""What a claim rests on: "rests on [[another-claim]]" behind its tag, or in a block below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.claims.claim import Claim
from checker.notes import Link, Span

RESTS_ON = re.compile(rb"\brests on\b[ \t]*:{0,2}", re.IGNORECASE)
BEFORE = re.compile(rb"[\s>*+\-\[(]*(?:\d{1,9}[.)]\s+)?[*_\[(]*")  # the markers of a block, and of a field in brackets
BETWEEN = re.compile(rb"[\s,;>&]*(?:and\b)?[\s,;>]*")


def rests_on(claim: Claim) -> tuple[Link, ...]:
    """The links after the words "rests on", in order; what stands between two of them is a comma or "and".

    The words stand behind the tag (in a claim callout: anywhere below its title), or begin a block below: an item under a list
    item, else the block that follows.
    """
    behind = Span(claim.at, claim.part.end)
    found = RESTS_ON.search(claim.note.visible, *behind)
    links = list(_links(claim, found.end(), behind.end)) if found else []
    for below in _below(claim):
        begun = BEFORE.match(claim.note.visible, *below)
        found = RESTS_ON.match(claim.note.visible, begun.end() if begun else below.start, below.end)
        if found:
            links += _links(claim, found.end(), below.end)
    return tuple(links)


def name_in(link: Link) -> str:
    """The id of the claim that a link would mean: that of a block, or the name of a claim note."""
    if link.subpath.startswith("#^"):
        return link.subpath[2:]
    return link.target.rpartition("/")[2].removesuffix(".md")


def _links(claim: Claim, start: int, end: int) -> Iterator[Link]:
    for link in claim.note.links:
        if start <= link.span.start and link.span.end <= end:
            if not BETWEEN.fullmatch(claim.note.visible, start, link.span.start):
                return
            yield link
            start = link.span.end


def _below(claim: Claim) -> Iterator[Span]:
    note = claim.note
    if claim.block.kind == "list item":
        yield from (item.span for item in note.list_items if item.parent == claim.block.line - 1)
        return
    following = note.blocks[note.blocks.index(claim.block) + 1 :]
    yield from (block.span for block in following[:1])
