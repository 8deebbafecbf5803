"""What a claim rests on: "rests on [[another-claim]]" behind its tag, or in a block below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.claims.beside import behind, below
from checker.claims.claim import Claim
from checker.notes import Link

RESTS_ON = re.compile(rb"[\[(]*\brests on\b[*_]*[ \t]*:{0,2}", re.IGNORECASE)
BETWEEN = re.compile(rb"[\s,;>&*_]*(?:and\b)?[\s,;>]*")


def rests_on(claim: Claim) -> tuple[Link, ...]:
    """The links after the words "rests on", in order; what stands between two of them is a comma or "and".

    The words stand anywhere behind the tag, or begin a block below.
    """
    visible = claim.note.visible
    places = [(RESTS_ON.search(visible, *behind(claim)), behind(claim).end)]
    places += [(RESTS_ON.match(visible, *span), span.end) for span in below(claim)]
    return tuple(link for found, end in places if found for link in _links(claim, found.end(), end))


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
