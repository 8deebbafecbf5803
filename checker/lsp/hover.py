"""What is behind the place under the cursor. Texts of notes are shown as text: no link or picture in them works in a hover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from lsprotocol import types as lsp

from checker.claims.language.words import Word
from checker.errors import NoteError
from checker.lsp.diagnostics import claim_span
from checker.lsp.positions import Positions
from checker.lsp.session import KnownClaim, Session
from checker.notes import Link, Note, Span
from checker.reports.explain import explanation
from checker.reports.text import clean
from checker.reports.words import definition

LINES, CHARACTERS = 20, 1500  # of a note that are shown
MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&-])")
OF_WORDS = ("METRIC", "MODEL", "FAMILY")  # words that have a definition


def hover(session: Session, path: PurePosixPath, params: lsp.HoverParams) -> lsp.Hover | None:
    """Of a link the beginning of its note; of a metric or a model its definition; of a claim how it stands."""
    note = session.vault.note(path)
    places = Positions(note.data, session.encoding)
    offset = places.offset(params.position)
    known = claim_at(session, path, offset)
    link = link_at(note, offset)
    if link is not None and not (known and known.claim.status and link.span.start >= known.claim.at):
        return _hover(places, link.span, _of_link(session, path, link))
    parts = []
    word = _word_at(session, note, offset)
    if word is not None:
        parts.append(_of_word(session, word[0]))
    if known is not None:
        parts.append("\n\n".join(_of_claim(session, known)))
    span = word[1] if word is not None else claim_span(known) if known is not None else None
    return None if span is None else _hover(places, span, "\n\n---\n\n".join(parts))


def link_at(note: Note, offset: int) -> Link | None:
    """The innermost link at a place."""
    found = [link for link in note.all_links if link.span.start <= offset <= link.span.end]
    return min(found, key=lambda link: link.span.end - link.span.start, default=None)


def claim_at(session: Session, path: PurePosixPath, offset: int) -> KnownClaim | None:
    """The claim that a place belongs to."""
    claims = session.claims(path).claims
    return next((known for known in claims if known.claim.part.start <= offset <= known.claim.part.end), None)


def plain_text(text: str) -> str:
    """Text that is no markdown."""
    return MARKUP.sub(r"\\\1", clean(text))


def _hover(places: Positions, span: Span, text: str) -> lsp.Hover:
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), places.range(span))


def _of_link(session: Session, path: PurePosixPath, link: Link) -> str:
    found = session.vault.resolve(path, link)
    if found.file is None:
        return plain_text(f"there is no file {link.target!r}")
    if not session.vault.is_note(found.file):
        return plain_text(str(found.file))
    try:
        note = session.vault.note(found.file)
    except NoteError as error:
        return plain_text(str(error))
    if found.subpath_found is False:
        return plain_text(f"{found.file} has no {link.subpath}")
    start = note.frontmatter.end if note.frontmatter else 0
    span = found.anchor.span if found.anchor else Span(start, len(note.data))
    return f"{plain_text(str(found.file))}\n\n{_fenced(note.data[slice(*span)].decode('utf-8'))}"


def _fenced(text: str) -> str:
    """The beginning of a text in a code block that nothing in it can close."""
    lines = text.removeprefix("\ufeff").strip().splitlines()
    shown = "\n".join(lines[:LINES])[:CHARACTERS]
    more = "\n…" if len(lines) > LINES or len("\n".join(lines[:LINES])) > CHARACTERS else ""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`+", shown))])
    return f"{fence}markdown\n{clean(shown, kept=chr(10))}{more}\n{fence}"


def _word_at(session: Session, note: Note, offset: int) -> tuple[Word, Span] | None:
    """The metric, model or family that the text of a note names at a place, and where."""
    line = note.lines.index(offset)
    start, end = note.lines.starts[line], note.lines.end(line)
    text = note.visible[start:end].decode("utf-8", "replace")
    if len(text) > CHARACTERS:
        return None
    for words in session.dictionary.read(text):
        for word in words:
            first = start + len(text[: word.start].encode())
            last = start + len(text[: word.end].encode())
            if word.type in OF_WORDS and first <= offset <= last:
                return word, Span(first, last)
    return None


def _of_word(session: Session, word: Word) -> str:
    title, text = definition(word.value, session.workspace.words)
    return f"**{plain_text(title)}**: {plain_text(text)}" if text else f"**{plain_text(title)}**"


def _of_claim(session: Session, known: KnownClaim) -> Iterator[str]:
    case, at = known
    yield f"**{plain_text(at.status(case).text)}**" + (f": {plain_text(at.reason)}" if at.reason else "")
    if case.read_as:
        yield f"Read as: {plain_text(case.read_as)}"
    told = explanation(case, session.ledger(case), session.workspace.words, {})
    if at.word == "needs spec":
        yield from (f"- {plain_text(choice)}" for choice in case.reading.choices)
    for one in told["evidence"]:
        if one["effect"] is None:
            continue
        effect = f"{one['effect_of']}: {one['effect']:.3f} {one['unit']}, interval {one['interval']}; claimed: {one['claimed']}"
        yield f"{plain_text(one['scope'])}: {plain_text(effect)}; {one['seeds']} seeds, {one['images']} images"
    if at.at_risk:
        yield plain_text(f"At risk: it rests on {', '.join(at.at_risk)}, refuted or stale")
    if told["strongest"]:
        yield f"The evidence does support: {plain_text(told['strongest'])}"
    plot = session.workspace.project.plot(case.id)
    if at.run is not None and plot.is_file():
        yield f"![plot]({plot.absolute().as_uri()})"
