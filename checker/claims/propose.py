"""Sentences that could be claims: untagged prose that compiles, or that would if it said one thing more plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.claims.claim import TAG, WITH_ID
from checker.claims.language.read import LONGEST, read_sentence
from checker.claims.language.reading import Reading
from checker.claims.language.sentence import plain, sentence_ends
from checker.notes import Block, Link, Note, Span
from checker.vocabulary import Vocabulary

Names = Callable[[Sequence[Link]], Mapping[str, str]]  # what phrases with these links mean
MOST_CHOICES = 3
STOPS = ".!?"


@dataclass(frozen=True)
class Proposal:
    """A sentence of a note that can be decided as it stands, or a near miss: one that does not read, with whole sentences that
    do. A tag would go to `at`; None where its block has another claim. `stopped`: it ends with a full stop."""

    note: Note
    reading: Reading
    line: int
    at: int | None
    stopped: bool = False

    @property
    def place(self) -> str:
        """`path:line`, for people."""
        return f"{self.note.path}:{self.line}"

    @property
    def reads(self) -> bool:
        """Whether it can be decided as it stands."""
        return self.reading.status == "ok"

    @property
    def choices(self) -> tuple[str, ...]:
        """The first of the sentences that may be meant, those about models of which the note speaks before others; of several
        claims, all."""
        if self.reading.together:
            return self.reading.choices
        text = self.note.data.decode("utf-8", "replace")
        pairs = list(zip(self.reading.choices, self.reading.added or [""] * len(self.reading.choices), strict=False))
        there = [choice for choice, model in pairs if model in text]
        return tuple(dict.fromkeys((*there, *self.reading.choices)))[:MOST_CHOICES]


def proposals(
    note: Note, vocabulary: Vocabulary, names: Names, idle: set[str] | None = None, within: Span | None = None
) -> list[Proposal]:
    """The sentences of a note's paragraphs, list items and quotes that compile, or nearly do, and have no tag, in order. `idle`
    holds sentences of which nothing was made before, and takes those of which nothing is made now. `within`: only those that
    this span touches."""
    found: list[Proposal] = []
    looked_at = within or Span(0, len(note.data))
    idle = set() if idle is None else idle
    tags = [tag.span.start for tag in note.tags if tag.name.casefold() == TAG]
    for block in note.blocks:
        if block.kind not in WITH_ID or any(span.start < block.span.end < span.end for span in note.hidden):
            continue
        if block.span.end < looked_at.start or looked_at.end < block.span.start:
            continue
        taken = not note.writable or any(block.span.start <= tag < block.span.end for tag in tags)
        links = [link for link in note.links if block.span.start <= link.span.start < block.span.end]
        meant = names(links)
        for span in _sentences(note, block):
            if span.end < looked_at.start or looked_at.end < span.start:
                continue
            source = note.data[span.start : span.end].decode("utf-8")
            if len(source) > LONGEST:
                continue
            key = source + "".join(f"\n{name}\n{meant[name]}" for name in sorted(meant))
            if key in idle or any(span.start <= tag <= span.end + 2 for tag in tags):
                continue
            reading = read_sentence(plain(source), vocabulary, meant)
            if reading.status != "ok" and not reading.choices:
                idle.add(key)
                continue
            stopped = source.rstrip("\"'”’)").endswith(tuple(STOPS))
            found.append(Proposal(note, reading, note.line_of(span.start), None if taken else span.end, stopped))
            taken = taken or reading.status == "ok"
    return found


def tagged(data: bytes, accepted: Sequence[tuple[Proposal, str]]) -> bytes:
    """The note's bytes with a tag behind each accepted sentence; behind a near miss stands the sentence that was chosen for it,
    and its tag. Nothing else changes."""
    for proposal, chosen in sorted(accepted, key=lambda pair: pair[0].at or 0, reverse=True):
        assert proposal.at is not None, proposal.place
        said = "" if proposal.reads else f"{'' if proposal.stopped else '.'} {chosen[:1].upper()}{chosen[1:]}"
        data = data[: proposal.at] + f"{said} #{TAG}".encode() + data[proposal.at :]
    return data


def _sentences(note: Note, block: Block) -> Iterator[Span]:
    """The sentences of a block as bytes, without the block id, and the blanks behind them."""
    end = block.span.end
    if block.block_id is not None and block.span.start < block.block_id.span.start < end:
        end = block.block_id.span.start
    text = note.data[block.span.start : end].decode("utf-8")
    starts = [0, *(end for _, end in sentence_ends(text))]
    for first, last in zip(starts, [*starts[1:], len(text)], strict=True):
        sentence = text[first:last].rstrip()
        offset = block.span.start + len(text[:first].encode())
        yield Span(offset, offset + len(sentence.encode()))
