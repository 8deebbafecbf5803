"""What a decision is: a word, an interval, the rule that gave it and the reason in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Word = Literal["supported", "refuted", "inconclusive"]


@dataclass(frozen=True)
class Verdict:
    """`effect`, `low` and `high` are subject minus baseline in the metric's unit; the interval has `confidence`.

    `margin` is the declared smallest effect of interest in the same unit; `seeds` and `images` are what was measured;
    `seeds_needed` estimates how many seeds would settle an inconclusive claim (None: settled, or out of reach).
    """

    word: Word
    effect: float
    low: float
    high: float
    confidence: float
    margin: float
    seeds: int
    images: int
    rule: str
    reason: str
    seeds_needed: int | None = None
