"""What can be done at the cursor. An edit of a note is made by the editor; what the program writes, a command writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from lsprotocol import types as lsp

from checker import strict_yaml
from checker.claims import ClaimSpec, exact_spec, print_spec
from checker.claims.claim import TAG, WITH_ID, find_claims
from checker.claims.named import parse_spec
from checker.claims.propose import Proposal, proposals, tagged
from checker.claims.sentence_span import sentence_span
from checker.errors import ConfigurationError, SpecError
from checker.lsp.positions import Positions
from checker.lsp.session import KnownClaim, Session
from checker.lsp.symbols import CHECK, REVIEW
from checker.notes import Note, Span, parse
from checker.reports.text import clean
from checker.runs.case import Case
from checker.runs.survey import introduced
from checker.writing import Change
from checker.writing.claim_note import is_claim_note

MOST_CHOICES = 3  # claim blocks that are offered of one sentence
PREFIX = re.compile(rb"(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[.\][ \t]+)?)?")
REVIEWED = re.compile(r"^reviewed:[^\n]*$", re.MULTILINE)


def code_actions(session: Session, path: PurePosixPath, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The actions for the claims and sentences that a selection touches."""
    note = session.vault.note(path)
    places = Positions(note.data, session.encoding)
    selected = places.span(params.range)
    only = tuple(map(_value, params.context.only or [""]))
    found: list[lsp.CodeAction] = []
    for known in session.claims(path).claims:
        if known.claim.part.start <= selected.end and selected.start <= known.claim.part.end:
            found += _of_claim(session, path, note, places, known)
    if not is_claim_note(note.data) and session.vault.is_content(path):
        for proposal in _proposals(session, note, selected):
            found += _of_proposal(session, path, places, proposal)
    return [action for action in found if _value(action.kind or "").startswith(only)]


def _value(kind: lsp.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, lsp.CodeActionKind) else kind


def _of_claim(
    session: Session, path: PurePosixPath, note: Note, places: Positions, known: KnownClaim
) -> Iterator[lsp.CodeAction]:
    case, claim, uri = known.case, known.claim, session.uri_of(path)
    span = sentence_span(claim)
    if case.word == "needs spec" and span is not None and not case.reading.together:
        for choice in case.reading.choices:
            new = choice[:1].upper() + choice[1:] if note.data[span.start : span.end][:1].isupper() else choice
            yield _edit(session, path, places, f"Did you mean: {choice}", lsp.CodeActionKind.QuickFix, span, new)
    if claim.exact is None:
        for title, spec in _specs(session, case):
            block = _claim_block(session, note, case, spec)
            if block is not None:
                kind = lsp.CodeActionKind.RefactorRewrite
                yield _edit(session, path, places, title, kind, Span(claim.block.span.end, claim.block.span.end), block)
    if case.word is None:
        command = lsp.Command("Check this claim", CHECK, arguments=[uri, claim.statement])
        yield lsp.CodeAction(f"Check: {clean(claim.statement)}", kind=lsp.CodeActionKind.Source, command=command)
    if case.named is not None and claim.name and not case.named.identity.reviewed and not case.stale:
        command = lsp.Command("Accept the reading as reviewed", REVIEW, arguments=[uri, case.id])
        title = f"Accept as reviewed: {case.read_as}"
        yield lsp.CodeAction(title, kind=lsp.CodeActionKind.Source, command=command)


def _specs(session: Session, case: Case) -> Iterator[tuple[str, ClaimSpec]]:
    """The specs that a claim block could hold: what the sentence says, or each whole sentence that it may mean."""
    if case.spec is not None:
        yield "Write the spec as a claim block", case.spec
    elif not case.reading.together:
        for choice in case.reading.choices[:MOST_CHOICES]:
            spec = session.read(choice).spec
            if spec is not None:
                yield f"Write a claim block that says: {choice}", spec


def _claim_block(session: Session, note: Note, case: Case, spec: ClaimSpec) -> str | None:
    """The text of a claim block below a claim, with the marks of the quote or list that it stands in; None where none can stand
    there: the note is read again with it, and has to give this spec."""
    claim = case.claim
    if claim.block.kind not in WITH_ID:
        return None
    data, end = note.data, claim.block.span.end
    start = note.lines.starts[note.lines.index(claim.block.span.start)]
    mark = PREFIX.match(data, start)
    prefix = "".join(char if char in ">\t" else " " for char in (mark[0] if mark else b"").decode("utf-8"))
    newline = "\r\n" if b"\r\n" in data else "\n"
    lines = ["```claim", *strict_yaml.dump(spec.as_dict()).splitlines(), "```"]
    text = "".join(f"{newline}{prefix}{line}".rstrip() for line in lines)
    if data[end : end + 1] not in (b"", b"\r", b"\n"):
        return None
    following = note.lines.index(end) + 1
    if following < len(note.lines.starts) and note.lines.text(following).strip():
        text += newline if claim.block.kind == "paragraph" else ""
    read = parse(note.path, data[:end] + text.encode() + data[end:])
    again = next((found for found in find_claims(read)[0] if found.line == claim.line), None)
    try:
        given = exact_spec(again, case.reading.spec, session.workspace.words) if again and again.exact else None
    except SpecError:
        return None
    return text if given == spec else None


def _proposals(session: Session, note: Note, selected: Span) -> list[Proposal]:
    found = proposals(note, session.workspace.words, lambda links: introduced(session.vault, note, links), session.idle, selected)
    return [proposal for proposal in found if proposal.at is not None]


def _of_proposal(session: Session, path: PurePosixPath, places: Positions, proposal: Proposal) -> Iterator[lsp.CodeAction]:
    at = proposal.at
    assert at is not None
    if proposal.reads:
        title = f"Tag as a claim: {proposal.reading.reading}"
        yield _edit(session, path, places, title, lsp.CodeActionKind.RefactorRewrite, Span(at, at), f" #{TAG}")
    elif not proposal.reading.together:
        data = proposal.note.data
        for choice in proposal.choices:
            new = tagged(data, [(proposal, choice)])
            text = new[at : len(new) - len(data) + at].decode("utf-8")
            yield _edit(session, path, places, f"Add a claim: {choice}", lsp.CodeActionKind.RefactorRewrite, Span(at, at), text)


def _edit(
    session: Session, path: PurePosixPath, places: Positions, title: str, kind: lsp.CodeActionKind, span: Span, text: str
) -> lsp.CodeAction:
    edit = lsp.WorkspaceEdit(changes={session.uri_of(path): [lsp.TextEdit(places.range(span), text)]})
    return lsp.CodeAction(clean(title), kind=kind, edit=edit)


def reviewed(session: Session, path: PurePosixPath, claim: str) -> Change:
    """A person's word in the spec file of a claim: its reading has been reviewed. The file is the person's from then on.

    Raises ConfigurationError where there is no such claim, its note is not saved, or its reading cannot be accepted.
    """
    known = next((known for known in session.claims(path).claims if known.case.id == claim), None)
    case = known.case if known else None
    if case is None or case.named is None or case.stale:
        raise ConfigurationError(f"no claim {claim} in {path} has a reading that can be accepted")
    if not session.is_saved(path):
        raise ConfigurationError(f"{path} is not saved; save it first")
    file = session.workspace.project.spec(case.id)
    old = case.spec_file
    text = old.decode("utf-8") if case.edited and old is not None else print_spec(case.named)
    new = REVIEWED.sub("reviewed: true", text) if REVIEWED.search(text) else f"{text.rstrip()}\nreviewed: true\n"
    if not parse_spec(new, file.name).identity.reviewed:
        raise ConfigurationError(f"{file}: `reviewed` cannot be set in it; write `reviewed: true` by hand")
    return Change(file, old, new.encode(), theirs=True)
