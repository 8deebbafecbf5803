"""Finding claims in notes: where the tag stands, what the sentence is, which bytes the tool may own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from checker.claims.language.sentence import last_sentence, plain
from checker.claims.status_link import StatusLink, status_links
from checker.notes import Block, BlockId, Callout, Link, Note, Problem, Span, Vault

WITH_ID = ("list item", "paragraph", "quote")  # blocks at whose end a block id can stand
TAG = "claim"
FENCE = re.compile(rb"[ \t>]*(?:`{3,}|~{3,})[ \t]*claim[ \t]*(?:\r\n|\r|\n)")
CELL_EDGE = re.compile(rb"(?<!\\)\|")
TEMPLATE = re.compile(rb"\{\{[^{}]*\}\}|<%(?:(?!<%).)*?%>", re.DOTALL)  # of Obsidian and Templater
OWN_ID = re.compile(rb"(?:[ \t]+\^[A-Za-z0-9-]+)?[ \t]*\Z")  # at the end of a callout's title, where it is none in Obsidian
STRUCK = re.compile(rb"~~|<(?:s|del|strike)>", re.IGNORECASE)

CANCELLED = re.compile(rb"(?:[ \t]*>)*[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[-\][ \t]")
FAILED = ("failure", "fail", "missing")  # kinds of callouts of what does not hold

Held = Callable[[str], bool]  # whether a name is held by something else than the claim that a link would name


@dataclass(frozen=True)
class Exact:
    """The YAML of a ```claim block under a claim. `text` has as many empty lines before it as the note has lines, and spaces
    where the note has the marks of a quote, so that a place in it is a place in the note."""

    text: str
    line: int


@dataclass(frozen=True)
class Claim:
    """A tagged sentence in a note. `part` is what it may take up: its block, the cell of a table, or the title of a callout.

    The status belongs at `at`; `status` is the tool's link, there or where an editor moved it, and `doubles` are more of the same
    in the claim's part. `moved_id` is its block id where that came to stand in a paragraph below. `line` is the tag's. `strayed`:
    it is known by a status alone that is away from the end of a callout's title, or whose block id is gone.
    """

    note: Note
    block: Block
    part: Span
    statement: str
    at: int
    line: int
    status: StatusLink | None = None
    doubles: tuple[StatusLink, ...] = ()
    moved_id: BlockId | None = None
    strayed: bool = False
    exact: Exact | None = None

    @property
    def target(self) -> str:
        """The id that its status points at."""
        return self.status.target if self.status else ""

    @property
    def shown(self) -> str:
        """The text of its status."""
        return self.status.shown if self.status else ""

    @property
    def links(self) -> list[Link]:
        """The links in it."""
        return [link for link in self.note.links if self.part.start <= link.span.start < self.part.end]

    @property
    def takes_id(self) -> bool:
        """Whether a block id stands at its end, or can. A cell, a callout, and a block whose last line is a field, `key:: value`,
        are known by the target of their status."""
        return self.block.kind in WITH_ID and (self.block.block_id is not None or not ends_in_field(self.note, self.block))

    @property
    def name(self) -> str | None:
        """The identity that it has in the note."""
        if self.takes_id:
            own = self.block.block_id or self.moved_id
            return own.id if own else self.target if self.strayed else None
        return self.target or None

    @property
    def lacks_id(self) -> bool:
        """Whether a block id is to be added."""
        return self.takes_id and self.block.block_id is None and self.moved_id is None

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


def ends_in_field(note: Note, block: Block) -> bool:
    """Whether the last line of a block is a field, to whose value a block id would be added."""
    return any(field.form == "line" and field.span.start < block.span.end <= field.span.end for field in note.fields)


def find_claims(note: Note, held: Held = lambda name: False) -> tuple[list[Claim], list[Problem]]:
    """The claims of a note in order, and the tagged places that cannot be one, with what to do about each.

    A status away from its place in a callout, or in a block whose id is gone, still shows whose it is, unless its target is the
    name of another claim: here, or elsewhere, as `held` says.
    """
    claims, problems = _find(note, lambda name: True)
    if any(claim.name is None and status_links(note, *claim.part) for claim in claims):
        here = {found.id for found in note.block_ids} | {claim.name for claim in claims}
        return _find(note, lambda name: name in here or held(name))
    return claims, problems


def _find(note: Note, held: Held) -> tuple[list[Claim], list[Problem]]:
    claims: list[Claim] = []
    problems: list[Problem] = []
    tags = [tag.span for tag in note.tags if tag.name.casefold() == TAG]
    titles = [callout for callout in note.callouts if callout.kind == TAG]
    fences = list(_fences(note))
    templates = [Span(*match.span()) for match in TEMPLATE.finditer(note.visible)]
    for block, following in zip(note.blocks, (*note.blocks[1:], None), strict=False):
        inside = [span for span in tags if block.span.start <= span.start < block.span.end]
        title = next((one for one in titles if block.span.start <= one.span.start < block.span.end), None)
        if not inside and title is None and following not in fences:
            continue
        found, faults, content = _in_block(note, block, inside, title, templates, held)
        problems += faults
        if following is not None and following in fences:
            fences.remove(following)
            if len(found) == 1:
                found = [_exactly(found[0], following)]
            elif content and not faults:
                why = f"{len(found)} claims stand" if found else "no claim stands"
                problems.append(Problem(note.path, following.line, f"a claim block, but {why} right above it"))
        claims += [_known(_with_moved_id(claim, following), held) for claim in found]
    problems += [Problem(note.path, fence.line, "a claim block, but there is no claim directly above it") for fence in fences]
    return claims, problems


def vault_claims(vault: Vault) -> tuple[list[Claim], list[Problem]]:
    """The claims of all notes, in order of note and line, and the places where a claim needs a person first."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for path in sorted({*vault.tagged(TAG), *vault.with_callout(TAG)}):
        if not vault.is_content(path):
            continue
        note = vault.note(path)
        found, faults = find_claims(note)
        problems += note.problems if found and not note.writable else faults
        claims += found if note.writable else []
    if not any(claim.strayed for claim in claims):
        return claims, problems
    firm = {claim.name for claim in claims if not claim.strayed}
    astray = {claim.note.path: claim.note for claim in claims if claim.strayed and claim.name in firm}
    again = {path: iter(find_claims(note, firm.__contains__)[0]) for path, note in astray.items()}
    return [next(again[claim.note.path]) if claim.note.path in again else claim for claim in claims], problems


def _in_block(
    note: Note, block: Block, tags: list[Span], title: Callout | None, templates: list[Span], held: Held
) -> tuple[list[Claim], list[Problem], bool]:
    """The claims of one block, what is wrong with its tags, and whether it is content: a template and struck-out text are not."""
    if title is not None:
        if _overlaps(Span(title.span.start, max(title.span.end, block.span.end)), templates):
            return [], [], False
        fault = "a claim callout needs no #claim tag; remove the tag"
        if tags:
            return [], [Problem(note.path, note.line_of(tags[0].start), fault)], True
        claim = _titled(note, block, title, held)
        return ([claim] if claim.statement else []), [], True  # an empty one, as in a template, says nothing yet
    parts: dict[Span, list[Span]] = {}
    for tag in tags:
        if not _overlaps(_row(note, block, tag) if block.kind == "table" else block.span, templates):
            parts.setdefault(_cell(note, block, tag) if block.kind == "table" else block.span, []).append(tag)
    claims, problems = [], []
    content = not tags
    for part, its in parts.items():
        fault = ""
        if block.kind not in (*WITH_ID, "table", "callout"):
            fault = f"a claim in a {block.kind} is not read; put it on a list item or paragraph"
        elif any(span.start < part.end < span.end for span in note.hidden):
            fault = "the block of this claim ends inside a comment or formula; end that first"
        elif CANCELLED.match(note.data, part.start):
            fault = "a cancelled task asserts nothing; remove the tag, or the [-]"
        elif any(one.kind in FAILED and part.start <= one.span.start < its[0].start for one in note.callouts):
            fault = "text in a failure callout is not asserted; remove the tag, or the callout"
        elif len(its) > 1:
            fault = "two #claim tags in one block; split it so that each sentence has its own"
        if fault:
            problems.append(Problem(note.path, note.line_of(its[0].start), fault))
            continue
        tagged = _tagged(note, block, part, its[0])
        if tagged is not None:
            claims.append(tagged)
            content = True
    return claims, problems, content


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


def _tagged(note: Note, block: Block, part: Span, tag: Span) -> Claim | None:
    """The claim before a tag; None where its sentence is struck out."""
    start = part.start
    for callout in note.callouts:
        if part.start <= callout.span.start < tag.start:  # its kind is no part of what is said, nor its title of the text below
            title = note.data[callout.span.start : callout.span.end]
            start = callout.span.end if callout.span.end <= tag.start else callout.span.start + title.index(b"]") + 1
    own = block.block_id.id.casefold() if block.block_id and block.kind in WITH_ID else None
    links = [link for link in status_links(note, *part) if link.has_word or link.target.casefold() == own]
    mine = [link for link in links if link.target.casefold() == own and note.visible[slice(*link.span)].strip()]
    beside = next((link for link in links if _follows(note.data[tag.end : link.whole.start], link.target)), None)
    status = mine[0] if mine and beside not in mine else beside
    said = b"".join(_around(note.data, start, tag.start, [link for link in (status, *mine) if link])).decode("utf-8")
    if said.count("~~") % 2 and b"~~" in note.data[tag.end : part.end]:
        said += "~~"
    statement = last_sentence(plain(said))
    if not statement and STRUCK.search(said.encode()):
        return None
    claim = Claim(note, block, part, statement, tag.end, note.line_of(tag.start))
    return _with_status(claim, status, links)


def _follows(between: bytes, target: str) -> bool:
    """Whether a link with this target is the status of a tag: right after it, or after the block id that it points at."""
    return between.strip(b" \t") in (b"", b"^" + target.encode()) and not between.endswith((b" ", b"\t"))


def _around(data: bytes, start: int, end: int, links: list[StatusLink]) -> Iterator[bytes]:
    """The bytes between two offsets that are in none of the links."""
    for link in sorted(links, key=lambda link: link.whole):
        if start <= link.whole.start < end:
            yield data[start : link.whole.start]
            start = link.whole.end
    yield data[start:end]


def _titled(note: Note, block: Block, title: Callout, held: Held) -> Claim:
    """A claim callout says what its title says, or, without one, what the text below it says. A title goes as far as its status:
    a formatter may have wrapped it, or put the text below on the same line."""
    line = note.data[title.span.start : title.span.end]
    end = title.span.start + len(OWN_ID.sub(b"", line))
    part = Span(title.span.start, max(title.span.end, block.span.end))
    links = [link for link in status_links(note, *part) if link.has_word]
    at_end = next((link for link in reversed(links) if link.span.end == end), None)
    status = at_end or next((link for link in links if not held(link.target)), None)
    kind = note.data.index(b"]", title.span.start) + 1
    said = note.data[kind : status.whole.start if status else end].lstrip(b"+-").strip()
    said = said or note.data[title.span.end if status is None or at_end else status.span.end : part.end]
    claim = Claim(note, block, part, last_sentence(plain(said.decode("utf-8"))), end, note.line_of(title.span.start))
    return replace(_with_status(claim, status, links), strayed=status is not None and at_end is None)


def _with_status(claim: Claim, status: StatusLink | None, links: list[StatusLink]) -> Claim:
    if status is None:
        return claim
    return replace(claim, status=status, doubles=tuple(link for link in links if link.target == status.target and link != status))


def _known(claim: Claim, held: Held) -> Claim:
    """The claim, known by its status where its block id is gone."""
    return replace(claim, strayed=True) if claim.lacks_id and claim.target and not held(claim.target) else claim


def _with_moved_id(claim: Claim, following: Block | None) -> Claim:
    """The claim with its block id where that stands alone in the paragraph below, as a formatter may leave it: it is the claim's
    own if its status points at it."""
    own = following.block_id if following is not None and following.kind == "paragraph" else None
    if own is None or following is None or claim.block.block_id or own.id != claim.target:
        return claim
    alone = not claim.note.data[following.span.start : own.span.start].strip()
    return replace(claim, moved_id=own) if alone else claim


def _row(note: Note, block: Block, tag: Span) -> Span:
    """The row of a table that a tag stands in."""
    start = max(note.data.rfind(end, block.span.start, tag.start) for end in (b"\n", b"\r")) + 1 or block.span.start
    ends = [place for end in (b"\n", b"\r") if (place := note.data.find(end, tag.end, block.span.end)) >= 0]
    return Span(start, min(ends, default=block.span.end))


def _cell(note: Note, block: Block, tag: Span) -> Span:
    """The cell of a table that a tag stands in, without its edges."""
    row = _row(note, block, tag)
    start, end = row
    for edge in CELL_EDGE.finditer(note.data, *row):
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


def doubled_ids(ids: Iterable[tuple[str, PurePosixPath]]) -> dict[str, str]:
    """Ids, case folded, that stand more than once among those of a vault and their notes, and what to report of each."""
    places: dict[str, list[tuple[str, PurePosixPath]]] = {}
    for name, path in ids:
        places.setdefault(name.casefold(), []).append((name, path))
    found = {}
    for name, those in places.items():
        if len(those) > 1:
            notes = ", ".join(dict.fromkeys(str(path) for _, path in those))
            found[name] = f"the block id ^{those[-1][0]} occurs {len(those)} times in the vault ({notes}); rename all but one"
    return found
