"""Where the sentence of a claim stands in its note, so that another one can take its place."""

from __future__ import annotations

from checker.claims.claim import Claim
from checker.claims.language.sentence import LABEL, MARKER, last_sentence, plain, sentence_ends
from checker.notes import Span

QUOTES = "“”\"'‘’ "  # that `unquoted` takes off
STOP = "."


def sentence_span(claim: Claim) -> Span | None:
    """The bytes of a claim's sentence as it is written, without list mark, label, quotation marks around it and full stop. None
    where it cannot be told: a status stands in its midst, or it is the text under the title of a callout."""
    data = claim.note.data
    tag = next((tag.span for tag in claim.note.tags if tag.span.end == claim.at), None)
    try:
        text = data[claim.part.start : claim.at if tag is None else tag.start].decode("utf-8")
    except UnicodeDecodeError:
        return None
    for start in sorted({0, *(end for _, end in sentence_ends(text))}, reverse=True):
        if last_sentence(plain(text[start:])) != claim.statement or not claim.statement:
            continue
        start += _before(text[start:])
        said = text[start:].rstrip().rstrip(QUOTES).rstrip(STOP).rstrip(QUOTES)
        if last_sentence(plain(said)) != claim.statement:
            return None
        first = claim.part.start + len(text[:start].encode())
        return Span(first, first + len(said.encode()))
    return None


def _before(text: str) -> int:
    """How many characters stand before a sentence that are no part of it."""
    mark = MARKER.match(text)
    start = mark.end() if mark else 0
    label = LABEL.match(text, start)
    start = label.end() if label else start
    return start + len(text[start:]) - len(text[start:].lstrip(QUOTES))
