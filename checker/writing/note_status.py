"""Note bytes and statuses to note bytes. Pure, and the same twice: only the two spans that the tool owns change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from checker.claims import Claim, find_claims
from checker.notes import parse
from checker.writing.status import Status


def write_statuses(data: bytes, statuses: Mapping[str, Status]) -> bytes:
    """Put each claim's status link after its tag, or at the end of the title of a claim callout, and a block id at the end of a
    block that has none.

    A claim is found by its block id, in a table or callout by the target of its status, or, while it has neither, by its
    sentence. Claims without a status are left alone, and
    so is a note that has a fault (an open fence, merge markers). Every other byte stays.

    Raises NoteError when `data` is no text.
    """
    note = parse(PurePosixPath("note.md"), data)
    if not note.writable:
        return data
    claims, _ = find_claims(note)
    waiting = dict(statuses)
    for claim in claims:
        if claim.name:
            waiting.pop(claim.name, None)
    edits: list[tuple[int, int, bytes]] = []
    for claim in claims:
        status = _status_of(claim, statuses, waiting)
        if status is None:
            continue
        start, end = claim.status or (claim.at, claim.at)
        link = status.link.replace("|", "\\|") if claim.block.kind == "table" else status.link
        edits.append((start, end, f" {link}".encode()))
        if claim.takes_id and claim.name is None:
            last = claim.block.span.end
            gap = b"" if data[last - 1 : last] in (b" ", b"\t") else b" "
            edits.append((last, last, gap + f"^{status.id}".encode()))
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new + data[end:]
    return data


def _status_of(claim: Claim, statuses: Mapping[str, Status], waiting: dict[str, Status]) -> Status | None:
    if claim.name:
        return statuses.get(claim.name)
    for name, status in waiting.items():
        if status.statement == claim.statement:
            return waiting.pop(name)
    return None
