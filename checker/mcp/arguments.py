"""What the tools take: one line of text, or a block of some, each of a length that is enough."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field


def _plain(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValueError("it has control characters; give it as one line of text")
    return text


def _plain_lines(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t" for char in text):
        raise ValueError("it has control characters; give it as lines of text")
    return text


OneLine = AfterValidator(_plain)
Sentence = Annotated[
    str, Field(min_length=1, max_length=1_000, description="One sentence, as it would stand in a note."), OneLine
]
Block = Annotated[
    str,
    Field(min_length=1, max_length=10_000, description="The YAML of a claim block, with or without its fence."),
    AfterValidator(_plain_lines),
]
Words = Annotated[str, Field(min_length=1, max_length=200, description="Words that all occur, in any case."), OneLine]
Term = Annotated[str, Field(max_length=200, description="A name, a synonym or a part of one; empty: everything."), OneLine]
NoteName = Annotated[
    str, Field(min_length=1, max_length=1_000, description="The path of a note in the vault, or its name as in a link."), OneLine
]
ClaimId = Annotated[
    str, Field(min_length=1, max_length=200, description="The id of a claim: what stands behind the ^ in its note."), OneLine
]
