"""Where a link leads, what links to a place, and what another name of a note changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from lsprotocol import types as lsp

from checker.errors import ConfigurationError, NoteError
from checker.lsp.hover import link_at
from checker.lsp.positions import Positions
from checker.lsp.session import Session
from checker.notes import Heading, Note, Span
from checker.notes.rename import Edit, new_path
from checker.notes.rename import rename as plan
from checker.notes.resolve import Anchor
from checker.notes.vault import VaultLink

LINK = re.compile(rb"!?\[\[[^\]\r\n]*\]\]|!?\[[^\]\r\n]*\](?:\([^)\r\n]*\)|\[[^\]\r\n]*\])?")


def definition(session: Session, path: PurePosixPath, params: lsp.DefinitionParams) -> lsp.Location | None:
    """The note, heading or block that a link leads to."""
    note = session.vault.note(path)
    link = link_at(note, Positions(note.data, session.encoding).offset(params.position))
    found = session.vault.resolve(path, link) if link is not None else None
    if found is None or found.file is None:
        return None
    return _location(session, found.file, Span(found.anchor.span.start, found.anchor.span.start) if found.anchor else Span(0, 0))


def references(session: Session, path: PurePosixPath, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """The links to what is under the cursor: what a link leads to, a heading, a block with an id; anywhere else, the note."""
    file, anchor = _target(session, path, params.position)
    if file is None:
        return []
    found = [link for link in session.vault.links(file=file) if anchor is None or _leads_to(session, link, anchor)]
    places: dict[PurePosixPath, Positions] = {}
    located = [location for link in found if (location := _link_location(session, link, places))]
    if params.context.include_declaration:
        located.insert(0, _location(session, file, Span(anchor.span.start, anchor.span.start) if anchor else Span(0, 0)))
    return located


def _target(session: Session, path: PurePosixPath, position: lsp.Position) -> tuple[PurePosixPath | None, Anchor | None]:
    note = session.vault.note(path)
    offset = Positions(note.data, session.encoding).offset(position)
    link = link_at(note, offset)
    if link is not None:
        found = session.vault.resolve(path, link)
        return found.file, found.anchor
    heading = heading_at(note, offset)
    if heading is not None:
        return path, Anchor("heading", heading.text, heading.span)
    block = next((found for found in note.block_ids if found.span.start <= offset <= found.span.end), None)
    return path, Anchor("block", block.id, block.span) if block else None


def heading_at(note: Note, offset: int) -> Heading | None:
    """The heading whose line a place stands on."""
    return next((heading for heading in note.headings if heading.span.start <= offset <= heading.span.end), None)


def _leads_to(session: Session, link: VaultLink, anchor: Anchor) -> bool:
    found = session.vault.resolve(link.source, link.destination).anchor if link.subpath else None
    return found is not None and (found.kind, found.name) == (anchor.kind, anchor.name)


def _location(session: Session, file: PurePosixPath, span: Span) -> lsp.Location:
    try:
        place = session.positions(file).range(span)
    except NoteError:
        place = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    return lsp.Location(session.uri_of(file), place)


def _link_location(session: Session, link: VaultLink, places: dict[PurePosixPath, Positions]) -> lsp.Location | None:
    try:
        if link.source not in places:
            places[link.source] = session.positions(link.source)
    except NoteError:
        return None
    at = places[link.source]
    start = at.place(link.line, link.column)
    match = LINK.match(at.lines.data, start)
    return lsp.Location(session.uri_of(link.source), at.range(Span(start, match.end() if match else start)))


def prepare_rename(session: Session, path: PurePosixPath, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    """The note that would be renamed: the one that a link leads to, or on a first heading the note itself."""
    found = _renamed(session, path, params.position)
    return lsp.PrepareRenamePlaceholder(found[1], found[0].stem) if found else None


def rename(session: Session, path: PurePosixPath, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """The note under another name, and every link to it. The editor makes the edits, in the texts that it holds.

    Raises ConfigurationError for a name that cannot be, and NoteError where a link cannot follow.
    """
    found = _renamed(session, path, params.position)
    if found is None:
        return None
    vault, old = session.vault, found[0]
    new = new_path(vault, old, params.new_name)
    moved = lsp.RenameFile(session.uri_of(old), session.uri_of(new))
    return lsp.WorkspaceEdit(document_changes=[*_edits(session, plan(vault, old, new).edits), moved])


def will_rename(session: Session, files: Sequence[lsp.FileRename]) -> lsp.WorkspaceEdit | None:
    """What follows where a person renames notes in the list of files of the editor, one at a time."""
    if len(files) != 1:
        return None
    old, new = session.path_of(files[0].old_uri), session.path_of(files[0].new_uri)
    if old is None or new is None or old not in session.vault.files:
        return None
    try:
        edits = plan(session.vault, old, new_path(session.vault, old, f"/{new}")).edits
    except (ConfigurationError, NoteError):
        return None
    return lsp.WorkspaceEdit(document_changes=list(_edits(session, edits))) if edits else None


def _renamed(session: Session, path: PurePosixPath, position: lsp.Position) -> tuple[PurePosixPath, lsp.Range] | None:
    note = session.vault.note(path)
    places = Positions(note.data, session.encoding)
    offset = places.offset(position)
    link = link_at(note, offset)
    if link is not None:
        file = session.vault.resolve(path, link).file
        return (file, places.range(link.span)) if file is not None else None
    heading = heading_at(note, offset)
    first = heading is not None and heading == note.headings[0] and heading.level == 1
    return (path, places.range(heading.span)) if heading is not None and first else None


def _edits(session: Session, edits: Sequence[Edit]) -> Iterator[lsp.TextDocumentEdit]:
    for edit in edits:
        places = Positions(edit.old, session.encoding)
        document = lsp.OptionalVersionedTextDocumentIdentifier(session.uri_of(edit.path))
        changes = [lsp.TextEdit(places.range(span), text.decode("utf-8")) for span, text in edit.patches]
        yield lsp.TextDocumentEdit(document, changes)
