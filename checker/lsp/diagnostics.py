"""What is wrong in a note, or waits for a person, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from lsprotocol import types as lsp

from checker.claims.sentence_span import sentence_span
from checker.errors import NoteError
from checker.lsp.positions import Positions
from checker.lsp.session import KnownClaim, Session
from checker.notes import Note, Span
from checker.notes.lint import Fault, lint_note
from checker.reports.text import clean

SOURCE = "check-claims"
SEVERITIES = {
    "duplicate-id": lsp.DiagnosticSeverity.Error,
    "file": lsp.DiagnosticSeverity.Error,
    "ambiguous-link": lsp.DiagnosticSeverity.Information,
}  # others are warnings


def diagnostics(session: Session, path: PurePosixPath) -> list[lsp.Diagnostic]:
    """All of a note as it stands in the editor; where it is no text, that alone."""
    vault = session.vault
    faults = lint_note(vault, path, session.sources)
    try:
        note = vault.note(path)
    except NoteError as error:
        whole = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
        return [_diagnostic(whole, "file", str(error).removeprefix(f"{path}: "), lsp.DiagnosticSeverity.Error)]
    places = Positions(note.data, session.encoding)
    found = [_fault(note, places, fault) for fault in faults]
    claims = session.claims(path)
    for problem in claims.problems:
        span = places.line_span(problem.line)
        found.append(_diagnostic(places.range(span), "claim", problem.message, lsp.DiagnosticSeverity.Error))
    found += [each for known in claims.claims for each in _of_claim(places, known)]
    return found


def claim_span(known: KnownClaim) -> Span:
    """The sentence of a claim, or what there is of it."""
    claim = known.claim
    return sentence_span(claim) or Span(claim.part.start, max(claim.at, claim.part.start))


def _fault(note: Note, places: Positions, fault: Fault) -> lsp.Diagnostic:
    start = places.place(fault.line, fault.column)
    spans = [link.span for link in note.all_links] + [found.span for found in note.block_ids]
    span = next((span for span in spans if span.start == start), None)
    line = places.line_span(fault.line)
    severity = SEVERITIES.get(fault.kind, lsp.DiagnosticSeverity.Warning)
    return _diagnostic(places.range(span or Span(max(start, line.start), line.end)), fault.kind, fault.message, severity)


def _of_claim(places: Positions, known: KnownClaim) -> Iterator[lsp.Diagnostic]:
    case, at = known
    place = places.range(claim_span(known))
    if at.word == "needs spec":
        yield _diagnostic(place, "needs-spec", _question(known), lsp.DiagnosticSeverity.Warning)
    elif at.word == "untestable":
        near = f"\nnear: {', '.join(case.reading.suggestions)}" if case.reading.suggestions else ""
        yield _diagnostic(place, "untestable", f"untestable: {at.reason}{near}", lsp.DiagnosticSeverity.Information)
    elif at.word == "error":
        yield _diagnostic(place, "error", at.reason, lsp.DiagnosticSeverity.Error)
    elif at.stale:
        yield _diagnostic(place, "stale", f"{at.status(case).text}: {at.reason}", lsp.DiagnosticSeverity.Information)
    elif at.word == "refuted":
        yield _diagnostic(place, "refuted", f"{at.status(case).text}: {at.reason}", lsp.DiagnosticSeverity.Warning)
    if at.at_risk:
        why = f"at risk: it rests on {', '.join(at.at_risk)}, refuted or stale"
        yield _diagnostic(place, "at-risk", why, lsp.DiagnosticSeverity.Warning)


def _question(known: KnownClaim) -> str:
    reading = known.case.reading
    lines = [f"needs spec: {known.at.reason}"]
    if reading.missing:
        lines.append(f"missing: {', '.join(reading.missing)}")
    if reading.choices:
        title = "it says each of these:" if reading.together else "did you mean:"
        lines += [title, *(f"- {choice}" for choice in reading.choices)]
    return "\n".join(lines)


def _diagnostic(place: lsp.Range, code: str, message: str, severity: lsp.DiagnosticSeverity) -> lsp.Diagnostic:
    return lsp.Diagnostic(place, clean(message, kept="\n"), severity=severity, code=code, source=SOURCE)
