"""What stands in a note and in a vault: headings and claims; and above each claim its status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from lsprotocol import types as lsp

from checker.claims.claim import TAG, find_claims
from checker.errors import NoteError
from checker.lsp.diagnostics import claim_span
from checker.lsp.positions import Positions
from checker.lsp.session import Session
from checker.notes import Span
from checker.notes.resolve import fold
from checker.reports.text import clean

MOST = 200  # symbols of a vault
CHECK, OPEN, REVIEW = "check-claims.check", "check-claims.open", "check-claims.review"


def document_symbols(session: Session, path: PurePosixPath, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """The headings of a note, each with what stands below it, and the claims."""
    note = session.vault.note(path)
    places = Positions(note.data, session.encoding)
    found: list[lsp.DocumentSymbol] = []
    above: list[tuple[int, lsp.DocumentSymbol]] = []
    entries: list[tuple[int, int, lsp.DocumentSymbol]] = []
    for number, heading in enumerate(note.headings):
        later = (each.span.start for each in note.headings[number + 1 :] if each.level <= heading.level)
        whole = Span(heading.span.start, next(later, len(note.data)))
        title = clean(heading.text).strip() or "#" * heading.level
        symbol = lsp.DocumentSymbol(title, lsp.SymbolKind.String, places.range(whole), places.range(heading.span), children=[])
        entries.append((heading.span.start, heading.level, symbol))
    for known in session.claims(path).claims:
        part, span = known.claim.part, claim_span(known)
        name = clean(known.claim.statement).strip() or known.case.id
        whole = Span(min(part.start, span.start), max(part.end, span.end))
        symbol = lsp.DocumentSymbol(
            name, lsp.SymbolKind.Boolean, places.range(whole), places.range(span), clean(known.at.status(known.case).text)
        )
        entries.append((span.start, 7, symbol))
    for _, level, symbol in sorted(entries, key=lambda entry: entry[0]):
        while above and above[-1][0] >= level:
            above.pop()
        siblings = above[-1][1].children if above else found
        assert isinstance(siblings, list)
        siblings.append(symbol)
        if symbol.kind == lsp.SymbolKind.String:
            above.append((level, symbol))
    return found


def workspace_symbols(session: Session, query: str) -> list[lsp.WorkspaceSymbol]:
    """The notes, headings and claims of a vault whose text holds the query."""
    rows, wanted = session.vault.index.rows, query.strip()
    found = [
        _symbol(session, PurePosixPath(path).stem, lsp.SymbolKind.File, path, 1)
        for (path,) in rows(
            "SELECT path FROM file WHERE kind = 'note' AND instr(name, ?) ORDER BY length(path), path LIMIT ?", fold(wanted), MOST
        )
    ]
    headings = (
        "SELECT text, path, line FROM heading JOIN file ON file.id = source"
        " WHERE instr(lower(text), ?) ORDER BY path, line LIMIT ?"
    )
    found += [
        _symbol(session, text, lsp.SymbolKind.String, path, line) for text, path, line in rows(headings, wanted.lower(), MOST)
    ]
    return [*list(_claims(session, wanted.casefold()))[:MOST], *found][:MOST]


def _claims(session: Session, wanted: str) -> Iterator[lsp.WorkspaceSymbol]:
    vault = session.vault
    for path in sorted({*vault.tagged(TAG), *vault.with_callout(TAG)}):
        try:
            claims, _ = find_claims(vault.note(path)) if vault.is_content(path) else ([], [])
        except NoteError:
            continue
        for claim in claims:
            if wanted in claim.statement.casefold() or wanted in (claim.name or "").casefold():
                name = claim.statement or claim.name or "claim"
                yield _symbol(session, name, lsp.SymbolKind.Boolean, str(path), claim.line, claim.shown)


def _symbol(session: Session, name: str, kind: lsp.SymbolKind, path: str, line: int, shown: str = "") -> lsp.WorkspaceSymbol:
    place = lsp.Range(lsp.Position(line - 1, 0), lsp.Position(line - 1, 0))
    container = f"{path} {shown}".rstrip()
    return lsp.WorkspaceSymbol(
        lsp.Location(session.uri_of(PurePosixPath(path)), place),
        clean(name).strip() or path,
        kind,
        container_name=clean(container),
    )


def code_lenses(session: Session, path: PurePosixPath, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    """The status of each claim, which opens its note, and what checks it."""
    places = session.positions(path)
    found = []
    for known in session.claims(path).claims:
        start = places.position(claim_span(known).start)
        place = lsp.Range(start, start)
        status = clean(known.at.status(known.case).text)
        found.append(lsp.CodeLens(place, lsp.Command(status, OPEN, arguments=[session.uri_of(path), known.case.id])))
        if known.case.word is None:
            arguments = [session.uri_of(path), known.claim.statement]
            found.append(lsp.CodeLens(place, lsp.Command("check", CHECK, arguments=arguments)))
    return found
