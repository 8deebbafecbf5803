"""Note bytes and statuses to note bytes. Pure, and the same twice: only the two spans that the tool owns change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from checker.claims import Claim, find_claims
from checker.claims.claim import ends_in_field
from checker.claims.status_link import line_break_before, status_links
from checker.notes import Block, Note, Span, parse
from checker.writing.status import Status

BY_LINK = ("table", "callout")  # blocks whose claims are known by the target of their status

Edit = tuple[int, int, bytes]


@dataclass(frozen=True)
class NoteEdit:
    """What a run wants of one note: statuses by claim, and claims whose traces go, each with whether its block id goes too."""

    statuses: Mapping[str, Status] = field(default_factory=dict)
    cleared: Mapping[str, bool] = field(default_factory=dict)

    def apply(self, data: bytes, without: Collection[str] = ()) -> bytes:
        """The note with that done, but for some claims. Raises NoteError when `data` is no text."""
        cleared = {name: own for name, own in self.cleared.items() if name not in without}
        statuses = {name: status for name, status in self.statuses.items() if name not in without}
        return write_statuses(clear_statuses(data, cleared) if cleared else data, statuses)

    def left(self, data: bytes) -> list[str]:
        """The claims whose status does not stand in these bytes."""
        claims, _ = find_claims(parse(PurePosixPath("note.md"), data))
        shown = {claim.name: claim.shown for claim in claims}
        return [name for name, status in self.statuses.items() if shown.get(name) != status.text]


def write_statuses(data: bytes, statuses: Mapping[str, Status]) -> bytes:
    """Put each claim's status link after its tag, or at the end of the title of a claim callout, and a block id at the end of a
    block that has none. A status that is there is replaced where it stands, and what an editor made more of it goes.

    A claim is found by its block id, where none can stand by the target of its status, or, while it has neither, by its
    sentence. Claims without a status are left alone, and so is one that says something else by now, an id that something else
    has taken, and a note that has a fault (an open fence, merge markers). Every other byte stays.

    Raises NoteError when `data` is no text.
    """
    note = parse(PurePosixPath("note.md"), data)
    if not note.writable:
        return data
    claims, _ = find_claims(note, held=lambda name: name not in statuses)
    taken = {found.id.casefold() for found in note.block_ids} | {claim.name.casefold() for claim in claims if claim.name}
    waiting = {name: status for name, status in statuses.items() if name.casefold() not in taken}
    edits: list[Edit] = []
    for claim in claims:
        status = _status_of(claim, statuses, waiting)
        if status is None:
            continue
        link = status.link.replace("|", "\\|") if claim.block.kind == "table" else status.link
        edits.append((*claim.status.span, link.encode()) if claim.status else (claim.at, claim.at, f" {link}".encode()))
        edits += [(*double.whole, b"") for double in claim.doubles]
        if claim.lacks_id:
            edits += [(start, end, b"") for start, end in _lost_ids(claim)]
            edits.append((claim.block.span.end, claim.block.span.end, f" ^{status.id}".encode()))
    return _edited(data, edits)


def clear_statuses(data: bytes, ids: Mapping[str, bool]) -> bytes:
    """Take out the status links of these claims, tagged or not, and their block ids where that is asked for: the bytes that were
    there before `write_statuses`. A link that somebody copied to another place stays.

    Raises NoteError when `data` is no text.
    """
    note = parse(PurePosixPath("note.md"), data)
    if not note.writable:
        return data
    claims, _ = find_claims(note, held=lambda name: name not in ids)
    edits = [
        (*link.whole, b"")
        for claim in claims
        for link in (claim.status, *claim.doubles)
        if link is not None and claim.target in ids
    ]
    tagged = {claim.target for claim in claims if claim.status}
    for name in ids:
        if name not in tagged:
            edits += [(span.start, span.end, b"") for span in _untagged(note, name)]
    edits += [(*span, b"") for claim in claims if ids.get(claim.target) and claim.lacks_id for span in _lost_ids(claim)]
    moved = {claim.moved_id: claim.block.span.end for claim in claims if claim.moved_id}
    for block in note.blocks:
        own = block.block_id
        if own is None or not ids.get(own.id):
            continue
        if own in moved:
            edits.append((moved[own], own.span.end, b""))
        elif block.span.start < own.span.start < block.span.end:
            line = line_break_before(data, block.span.start, own.span.start)
            gap = own.span.start - (data[own.span.start - 1 : own.span.start] == b" ")
            edits.append((gap if line is None else line, own.span.end, b""))
    return _edited(data, edits)


def _lost_ids(claim: Claim) -> list[Span]:
    """Where the block id of a claim stands but is none: in the midst of its block, since a formatter joined lines, or escaped."""
    if not claim.target:
        return []
    pattern = re.compile(rb" \\?\^" + re.escape(claim.target.encode()) + rb"(?=[ \t\r\n]|\Z)")
    return [Span(*match.span()) for match in pattern.finditer(claim.note.visible, *claim.block.span)]


def _status_of(claim: Claim, statuses: Mapping[str, Status], waiting: dict[str, Status]) -> Status | None:
    if claim.name:
        status = statuses.get(claim.name)
        return status if status is not None and status.statement == claim.statement else None
    for name, status in waiting.items():
        if status.statement == claim.statement:
            return waiting.pop(name)
    return None


def _untagged(note: Note, name: str) -> list[Span]:
    """The status links of a claim whose tag is gone: in the block with its id, or the only one in a block that takes none."""
    home = [block for block in note.blocks if block.block_id is not None and block.block_id.id == name]
    if home:
        return [span for block in home for span in _links(note, block, name)][:1]
    found = [
        span for block in note.blocks if block.kind in BY_LINK or ends_in_field(note, block) for span in _links(note, block, name)
    ]
    return found if len(found) == 1 else []


def _links(note: Note, block: Block, name: str) -> Iterable[Span]:
    for link in status_links(note, *block.span):
        if link.target == name and note.visible[slice(*link.span)].strip():
            yield link.whole


def _edited(data: bytes, edits: list[Edit]) -> bytes:
    for start, end, new in sorted(set(edits), reverse=True):
        data = data[:start] + new + data[end:]
    return data
