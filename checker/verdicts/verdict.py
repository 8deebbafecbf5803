"""What a decision is: a word, an interval, the rule that gave it and the reason in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from checker.words import VerdictWord


@dataclass(frozen=True)
class Verdict:
    """A word and what it rests on.

    `effect` is what the kind of claim is about (subject minus baseline, a mean, a slope, a ratio, a rate, a correlation) in
    the unit of that; the interval from `low` to `high` has `confidence` and is infinite where a ratio has no bound. `lines`
    are the values that the interval was held against. `margin` is the declared smallest effect of interest; `seeds` and
    `images` are what was measured; `seeds_needed` estimates how many seeds would settle an inconclusive claim (None: settled,
    or out of reach).

    `p` is the smallest alpha at which these measurements would give "supported" with the looks that were declared, and
    `p_against` the smallest at which they would give "refuted": so a word is given when its p lies below alpha, whatever the
    kind. Both are valid p-values of "the claim is false" and "the claim is true", with the factor for two sides and for the
    looks already in them.

    `parts` are the verdicts that a verdict on several layers, pairs or seeds was made of; its numbers are then those of the
    part that decides.
    """

    word: VerdictWord
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
    p: float | None = None
    p_against: float | None = None
    lines: tuple[float, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Part:
    """One of the verdicts that a combined verdict was made of, and what it is about: a layer, a pair of models, a seed."""

    name: str
    verdict: Verdict
