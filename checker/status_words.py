"""The words that a claim's status has, and the mark of each."""

from __future__ import annotations

from typing import Literal, get_args

Word = Literal["supported", "refuted", "inconclusive", "needs spec", "untestable", "error", "unchecked"]
MARKS: dict[Word, str] = dict(zip(get_args(Word), "✅❌❔🖉∅⚠○", strict=True))
DECIDED: tuple[Word, ...] = ("supported", "refuted", "inconclusive")
