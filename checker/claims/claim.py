"""Finding claims in notes: where the tag stands, what the sentence is, which bytes the tool may own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from checker.claims.sentence import last_sentence, plain
from checker.notes import Block, Callout, Link, Note, Problem, Span, Vault

MARKS = "✅❌❔🖉∅⚠○"
_SHOWN = rb"((?:" + "|".join(MARKS).encode() + rb")[^\]]*)\]\]"
STATUS_LINK = re.compile(rb" \[\[([^\]|\\]+)\|" + _SHOWN)
STATUS_IN_CELL = re.compile(rb" \[\[([^\]|\\]+)\\\|" + _SHOWN)
WITH_ID = ("list item", "paragraph", "quote")  # blocks at whose end a block id can stand
TAG = "claim"
FENCE = re.compile(rb"[ \t>]*(?:`{3,}|~{3,})[ \t]*claim[ \t]*(?:\r\n|\r|\n)")
CELL_EDGE = re.compile(rb"(?<!\\)\|")


@dataclass(frozen=True)
class Exact:
    """The YAML of a ```claim block under a claim. `text` has as many empty lines before it as the note has lines, and spaces
    where the note has the marks of a quote, so that a place in it is a place in the note."""

    text: str
    line: int


@dataclass(frozen=True)
class Claim:
    """A tagged sentence in a note. `part` is what it may take up: its block, the cell of a table, or the title of a callout.

    The status stands at `at`. `status` spans the tool's link there, with the space before it, if there is one; `shown` is that
    link's display text and `target` what it points at. `line` is the tag's.
    """

    note: Note
    block: Block
    part: Span
    statement: str
    at: int
    line: int
    status: Span | None = None
    target: str = ""
    shown: str = ""
    exact: Exact | None = None

    @property
    def links(self) -> list[Link]:
        """The links in it."""
        return [link for link in self.note.links if self.part.start <= link.span.start < self.part.end]

    @property
    def takes_id(self) -> bool:
        """Whether a block id can stand at its end. A cell and a callout are known by the target of their status."""
        return self.block.kind in WITH_ID

    @property
    def name(self) -> str | None:
        """The identity that it has in the note."""
        if self.takes_id:
            return self.block.block_id.id if self.block.block_id else None
        return self.target or None

    def source(self, name: str) -> str:
        """What a link to the claim says, once it has this name."""
        note = str(self.note.path.with_suffix(""))
        if self.takes_id:
            return f"{note}#^{name}"
        return f"{note}#^{self.block.block_id.id}" if self.block.block_id else note

    @property
    def place(self) -> str:
        """`path:line`, for people."""
        return f"{self.note.path}:{self.line}"


def find_claims(note: Note) -> tuple[list[Claim], list[Problem]]:
    """The claims of a note in order, and the tagged places that cannot be one, with what to do about each."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    tags = [tag.span for tag in note.tags if tag.name.casefold() == TAG]
    titles = [callout for callout in note.callouts if callout.kind == TAG]
    fences = list(_fences(note))
    for block, following in zip(note.blocks, (*note.blocks[1:], None), strict=False):
        inside = [span for span in tags if block.span.start <= span.start < block.span.end]
        title = next((one for one in titles if block.span.start <= one.span.start < block.span.end), None)
        found, faults = _in_block(note, block, inside, title)
        problems += faults
        if following is not None and following in fences:
            fences.remove(following)
            if len(found) == 1:
                found = [_exactly(found[0], following)]
            elif not faults:
                why = f"{len(found)} claims stand" if found else "no claim stands"
                problems.append(Problem(note.path, following.line, f"a claim block, but {why} right above it"))
        claims += found
    problems += [Problem(note.path, fence.line, "a claim block, but no claim stands right above it") for fence in fences]
    return claims, problems


def vault_claims(vault: Vault) -> tuple[list[Claim], list[Problem]]:
    """The claims of all notes, in order of note and line, and the places where a claim needs a person first."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for path in sorted({*vault.tagged(TAG), *vault.with_callout(TAG)}):
        note = vault.note(path)
        found, faults = find_claims(note)
        problems += note.problems if found and not note.writable else faults
        claims += found if note.writable else []
    return claims, problems


def _in_block(note: Note, block: Block, tags: list[Span], title: Callout | None) -> tuple[list[Claim], list[Problem]]:
    """The claims of one block, and what is wrong with its tags."""
    if title is not None:
        fault = "a claim callout needs no #claim tag; remove the tag"
        if tags:
            return [], [Problem(note.path, note.line_of(tags[0].start), fault)]
        claim = _titled(note, block, title)
        return [claim] if claim.statement else [], []  # an empty one, as in a template, says nothing yet
    parts: dict[Span, list[Span]] = {}
    for tag in tags:
        parts.setdefault(_cell(note, block, tag) if block.kind == "table" else block.span, []).append(tag)
    claims, problems = [], []
    for part, its in parts.items():
        fault = ""
        if block.kind not in (*WITH_ID, "table", "callout"):
            fault = f"a claim in a {block.kind} is not read; put it on a list item or paragraph"
        elif any(span.start < part.end < span.end for span in note.hidden):
            fault = "the block of this claim ends inside a comment or formula; end that first"
        elif len(its) > 1:
            fault = "two #claim tags in one block; split it so that each sentence has its own"
        if fault:
            problems.append(Problem(note.path, note.line_of(its[0].start), fault))
        else:
            claims.append(_tagged(note, block, part, its[0]))
    return claims, problems


def _tagged(note: Note, block: Block, part: Span, tag: Span) -> Claim:
    start = part.start
    for callout in note.callouts:
        if part.start <= callout.span.start < tag.start:  # its kind is no part of what is said, nor its title of the text below
            title = note.data[callout.span.start : callout.span.end]
            start = callout.span.end if callout.span.end <= tag.start else callout.span.start + title.index(b"]") + 1
    said = note.data[start : tag.start].decode("utf-8")
    pattern = STATUS_IN_CELL if block.kind == "table" else STATUS_LINK
    match = pattern.match(note.data, tag.end, part.end)
    return _with_status(Claim(note, block, part, last_sentence(plain(said)), tag.end, note.line_of(tag.start)), match)


def _titled(note: Note, block: Block, title: Callout) -> Claim:
    """A claim callout says what its title says, or, without one, what the text below it says."""
    end = title.span.start + len(note.data[title.span.start : title.span.end].rstrip(b" \t"))
    match = next((m for m in STATUS_LINK.finditer(note.data, title.span.start, end) if m.end() == end), None)
    at = match.start() if match else end
    said = note.data[title.span.start : at].partition(b"]")[2].lstrip(b"+-").strip()
    said = said or note.data[title.span.end : block.span.end]
    statement = last_sentence(plain(said.decode("utf-8")))
    part = Span(title.span.start, max(title.span.end, block.span.end))
    return _with_status(Claim(note, block, part, statement, at, note.line_of(title.span.start)), match)


def _with_status(claim: Claim, match: re.Match[bytes] | None) -> Claim:
    if match is None:
        return claim
    target, shown = (match[group].decode("utf-8") for group in (1, 2))
    return replace(claim, status=Span(*match.span()), target=target, shown=shown)


def _cell(note: Note, block: Block, tag: Span) -> Span:
    """The cell of a table that a tag stands in, without its edges."""
    row_start = max(note.data.rfind(end, block.span.start, tag.start) for end in (b"\n", b"\r")) + 1 or block.span.start
    ends = [place for end in (b"\n", b"\r") if (place := note.data.find(end, tag.end, block.span.end)) >= 0]
    row_end = min(ends, default=block.span.end)
    start, end = row_start, row_end
    for edge in CELL_EDGE.finditer(note.data, row_start, row_end):
        if edge.end() <= tag.start:
            start = edge.end()
        elif edge.start() >= tag.end:
            end = edge.start()
            break
    return Span(start, end)


def _fences(note: Note) -> Iterator[Block]:
    return (block for block in note.blocks if block.kind == "code" and FENCE.match(note.data, block.span.start))


def _exactly(claim: Claim, fence: Block) -> Claim:
    text = claim.note.data[fence.span.start : fence.span.end].decode("utf-8")
    lines = [re.sub(r"^[ \t>]*", lambda marks: " " * len(marks[0]), line) for line in text.splitlines()]
    body = lines[1:-1] if len(lines) > 1 and re.fullmatch(r"\s*(?:`{3,}|~{3,})\s*", lines[-1]) else lines[1:]
    return replace(claim, exact=Exact("\n" * fence.line + "\n".join(body) + "\n", fence.line))


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
