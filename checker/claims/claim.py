"""Finding claims in notes: where the tag stands, what the sentence is, which bytes the tool may own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checker.claims.sentence import last_sentence, plain
from checker.notes import Block, BlockId, Link, Note, Problem, Span

MARKS = "✅❌❔🖉∅⚠○"
STATUS_LINK = re.compile(rb" \[\[([^\]|\\]+)\\?\|((?:" + "|".join(MARKS).encode() + rb")[^\]]*)\]\]")
BLOCKS = ("list item", "paragraph", "quote")


@dataclass(frozen=True)
class Claim:
    """A tagged sentence in a note. `status` spans the tool's link after the tag, with the space before it, if it is there;
    `shown` is that link's display text. `line` is the tag's."""

    note: Note
    block: Block
    statement: str
    tag: Span
    status: Span | None
    shown: str
    line: int

    @property
    def links(self) -> list[Link]:
        """The links in the block."""
        return [link for link in self.note.links if self.block.span.start <= link.span.start < self.block.span.end]

    @property
    def block_id(self) -> BlockId | None:
        return self.block.block_id

    @property
    def place(self) -> str:
        """`path:line`, for people."""
        return f"{self.note.path}:{self.line}"


def find_claims(note: Note) -> tuple[list[Claim], list[Problem]]:
    """The claims of a note in order, and the tagged places that cannot be one, with what to do about each."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    tags = [tag.span for tag in note.tags if tag.name.casefold() == "claim"]
    for block in note.blocks:
        inside = [span for span in tags if block.span.start <= span.start < block.span.end]
        if not inside:
            continue
        line = note.line_of(inside[0].start)
        if block.kind not in BLOCKS:
            problems.append(
                Problem(note.path, line, f"a claim in a {block.kind} is not read yet; put it on a list item or paragraph")
            )
        elif any(span.start < block.span.end < span.end for span in note.hidden):
            problems.append(Problem(note.path, line, "the block of this claim ends inside a comment or formula; end that first"))
        elif len(inside) > 1:
            problems.append(Problem(note.path, line, "two #claim tags in one block; split it so that each sentence has its own"))
        else:
            claims.append(_claim(note, block, inside[0], line))
    return claims, problems


def _claim(note: Note, block: Block, tag: Span, line: int) -> Claim:
    match = STATUS_LINK.match(note.data, tag.end, block.span.end)
    before = note.data[block.span.start : tag.start].decode("utf-8")
    return Claim(
        note=note,
        block=block,
        statement=last_sentence(plain(before)),
        tag=tag,
        status=Span(match.start(), match.end()) if match else None,
        shown=match[2].decode("utf-8") if match else "",
        line=line,
    )


def doubled_ids(ids: Iterable[str]) -> dict[str, str]:
    """Block ids, case folded, that stand more than once among those of a vault, and what to tell of each."""
    places: dict[str, list[str]] = {}
    for name in ids:
        places.setdefault(name.casefold(), []).append(name)
    return {
        name: f"the block id ^{ids[-1]} stands {len(ids)} times in the vault; rename all but one"
        for name, ids in places.items()
        if len(ids) > 1
    }
