"""An estimate with its interval, and how any of them is held against a line: compare, ratio, threshold, trend, equivalence."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Self

from checker.verdicts.line import Line
from checker.verdicts.looks import Looks
from checker.verdicts.verdict import Verdict
from checker.words import VerdictWord

MOST_IMAGES = 100_000  # beyond this an estimate of "images needed" means: not by adding images


class Estimate(ABC):
    """`effect` is what is estimated; `seeds` of each model and `images` are what it was measured with; `method` names its
    interval."""

    effect: float
    seeds: tuple[int, ...]
    images: int
    method: ClassVar[str]

    @abstractmethod
    def interval(self, tail: float) -> tuple[float, float]:
        """The interval that leaves `tail` on each side."""

    @abstractmethod
    def p(self, line: Line) -> tuple[float, float]:
        """One-sided p-values, each the tail whose interval touches the line: of the claim being false, and of it being true."""

    @abstractmethod
    def around(self, effect: float) -> Self:
        """The same error around another effect."""

    @abstractmethod
    def with_images(self, count: int) -> Self:
        """About what so many images would give, if they go on as these did."""

    @abstractmethod
    def basis(self) -> str:
        """What varies, in words."""

    def varying(self) -> Self:
        """Itself. Raises MeasurementError when nothing varies that the interval could be made of."""
        return self

    def doubt(self) -> str:
        """Why the interval cannot be relied on, in words; empty where it can."""
        return ""

    def caveat(self) -> str:
        """What a reader has to know of the models that were compared; empty where it is nothing out of the ordinary."""
        return ""

    def settle(self, at: float, error: float, looks: Looks) -> tuple[int | None, str]:
        """How many seeds would settle an open claim, and a clause that says what would. `error` is that of one side."""
        images = self.images_needed(at, looks.tail(error))
        if images:
            return None, f"about {images} images would settle it"
        return None, f"the effect lies so near the line that {MOST_IMAGES} images alone would not settle it"

    def images_needed(self, at: float, tail: float) -> int | None:
        """About how many images, with today's seeds, would clear `at`; None with one value a model or beyond MOST_IMAGES."""

        def clears(count: int) -> bool:
            low, high = self.with_images(count).interval(tail)
            return not low <= at <= high

        count = self.images
        if not 1 < count < MOST_IMAGES or not clears(MOST_IMAGES):
            return None
        while not clears(count):
            count = min(math.ceil(count * 1.25), MOST_IMAGES)
        return count


def decide(found: Estimate, line: Line, alpha: float, looks: Looks, margin: float, place: str) -> Verdict:
    """The verdict on "the effect lies on this side of the line", by the interval that this look allows.

    `place` says the line in words. Where there is a doubt about the interval, nothing is decided. Raises MeasurementError when
    nothing varies.
    """
    tail = looks.tail(alpha / 2)
    low, high = found.varying().interval(tail)
    word, doubt = line.word(low, high), found.doubt()
    p, p_against = (looks.two_sided(part) for part in found.p(line))
    if doubt:
        word, p, p_against = "inconclusive", 1.0, 1.0
    needed, clause = found.settle(line.at, alpha / 2, looks) if word == "inconclusive" else (None, "")
    return Verdict(
        word=word,
        effect=found.effect,
        low=low,
        high=high,
        confidence=1 - 2 * tail,
        margin=margin,
        seeds=min(found.seeds),
        images=found.images,
        rule=f"two-sided {found.method} at {100 * (1 - 2 * tail):.4g} % (alpha {alpha:g} {looks}), {found.basis()}",
        reason="; ".join(filter(None, [doubt or say_reason(word, line, place, clause), found.caveat()])),
        seeds_needed=needed,
        p=p,
        p_against=p_against,
        lines=(line.at,),
    )


def say_reason(word: VerdictWord, line: Line, place: str, settle: str) -> str:
    """The sentence on why the word; `settle` says what would settle an open claim."""
    if word == "supported":
        return f"the whole interval lies {line.where()} the line claimed ({place})"
    if word == "refuted":
        return f"the whole interval lies on the other side of the line claimed ({place})"
    return f"the interval holds the line claimed ({place}); {settle}"
