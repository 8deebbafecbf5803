"""Sentences that could be claims: untagged prose that already compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.claims.claim import TAG, WITH_ID
from checker.claims.language.read import Reading, read_sentence
from checker.claims.language.sentence import plain, sentence_ends
from checker.notes import Block, Link, Note, Span
from checker.vocabulary import Vocabulary

Names = Callable[[Sequence[Link]], Mapping[str, str]]  # what phrases beside these links mean


@dataclass(frozen=True)
class Proposal:
    """A sentence of a note that can be decided as it stands. A tag would go to `at`; None where its block has another claim."""

    note: Note
    reading: Reading
    line: int
    at: int | None

    @property
    def place(self) -> str:
        """`path:line`, for people."""
        return f"{self.note.path}:{self.line}"


def proposals(note: Note, vocabulary: Vocabulary, names: Names) -> list[Proposal]:
    """The sentences of a note's paragraphs, list items and quotes that compile and have no tag, in order."""
    found: list[Proposal] = []
    tags = [tag.span.start for tag in note.tags if tag.name.casefold() == TAG]
    for block in note.blocks:
        if block.kind not in WITH_ID or any(span.start < block.span.end < span.end for span in note.hidden):
            continue
        taken = not note.writable or any(block.span.start <= tag < block.span.end for tag in tags)
        links = [link for link in note.links if block.span.start <= link.span.start < block.span.end]
        meant = names(links)
        for span in _sentences(note, block):
            reading = read_sentence(plain(note.data[span.start : span.end].decode("utf-8")), vocabulary, meant)
            if reading.status == "ok" and not any(span.start <= tag <= span.end + 2 for tag in tags):
                found.append(Proposal(note, reading, note.line_of(span.start), None if taken else span.end))
                taken = True
    return found


def tagged(data: bytes, accepted: Sequence[Proposal]) -> bytes:
    """The note's bytes with a tag behind each accepted sentence; the others stay without. Nothing else changes."""
    for proposal in sorted(accepted, key=lambda proposal: proposal.at or 0, reverse=True):
        assert proposal.at is not None, proposal.place
        data = data[: proposal.at] + f" #{TAG}".encode() + data[proposal.at :]
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
