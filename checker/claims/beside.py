"""Where a note says more of a claim: behind its tag, and in the blocks right below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.claims.claim import Claim
from checker.notes import Span

MARKERS = re.compile(rb"[\s>*+\-]*(?:\d{1,9}[.)]\s+)?[*_]*")  # of a list item or a quote, and of emphasis


def behind(claim: Claim) -> Span:
    """What follows the tag in the claim's own block or cell; of a claim callout all that is below its title."""
    return Span(claim.at, claim.part.end)


def below(claim: Claim) -> Iterator[Span]:
    """The items right under a list item, else the block that follows; each without its markers."""
    note = claim.note
    if claim.block.kind == "list item":
        found = [item.span for item in note.list_items if item.parent == claim.block.line - 1]
    else:
        place = note.blocks.index(claim.block) + 1
        found = [block.span for block in note.blocks[place : place + 1]]
    for span in found:
        begun = MARKERS.match(note.visible, *span)
        yield Span(begun.end() if begun else span.start, span.end)
