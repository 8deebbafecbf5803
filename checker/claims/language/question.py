"""What has to be answered before a sentence can become a spec, and the whole sentences that would answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """A change to a sentence: the words from `first` up to `last` (counted without noise) become `text`; none for an insertion.
    `article` takes away an article, or "both", before them as well."""

    first: int
    last: int
    text: str
    article: bool = False


@dataclass(frozen=True)
class Choice:
    """A sentence to choose, as edits of the one that was asked about; `model` is the model that it adds, if it adds one."""

    edits: tuple[Edit, ...]
    model: str = ""


class QuestionError(Exception):
    """Raised when a sentence cannot become one spec: what is wrong, what is missing, and how it could go on. `together` says that
    only all of the choices are what the sentence says, each a part of it."""

    def __init__(self, reason: str, missing: str = "", choices: Sequence[Choice] = (), together: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.missing, self.choices, self.together = reason, missing, tuple(choices), together


END = 10**6  # the place behind the last word


def adding(text: str, model: str = "") -> Choice:
    """The sentence with something at its end."""
    return Choice((Edit(END, END, text),), model)


class UnknownError(Exception):
    """Raised when a sentence speaks of a model that is not here."""
