"""Answers that are right or wrong, given by fixed checkpoints: an exact interval of a share, and a score interval of a contrast.

Student's interval takes the variance of the observed answers for the true one. Near a share of one that is nearly nothing, so it
would reach beyond one, be too narrow, and not exist at all where every answer is right.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from checker.verdicts.estimate import Estimate
from checker.verdicts.line import Line
from checker.verdicts.root import root

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGE = 1e-12  # how near the ends of its range a multiplier is looked for, as a share


@dataclass(frozen=True)
class Answers:
    """The values of an image that is answered wrongly and of one that is answered rightly. One that holds several answers may
    lie between them: it varies less than a single answer with the same mean, so the intervals are then a little wide."""

    wrong: float = 0.0
    right: float = 1.0

    def span(self, weights: Sequence[float]) -> tuple[float, float]:
        """The ends of the range of a weighted sum of such values."""
        ends = [sorted((weight * self.wrong, weight * self.right)) for weight in weights]
        return float(sum(low for low, _ in ends)), float(sum(high for _, high in ends))


AnswersOption = Answers | None | Literal["seen"]
"""What is known of values: they are answers, they are none, or it is "seen": those of single checkpoints that are all 0 or 1."""


def seen(answers: AnswersOption, *tables: NDArray[Any]) -> Answers | None:
    """The answers of an option for these tables."""
    if answers != "seen":
        return answers
    return Answers() if all(len(table) == 1 and ((table == 0) | (table == 1)).all() for table in tables) else None


@dataclass(frozen=True)
class Share(Estimate):
    """The mean of the answers of one model between two `ends`, with the exact binomial interval of the share that is right.

    Source: Clopper and Pearson 1934, The use of confidence or fiducial limits illustrated in the case of the binomial.
    """

    effect: float
    seeds: tuple[int, ...]
    images: int
    ends: tuple[float, float] = (0.0, 1.0)
    method: ClassVar[str] = "exact binomial interval"

    def interval(self, tail: float) -> tuple[float, float]:
        low, high = clopper_pearson(self._hits, self.images, tail)
        least, most = self.ends
        return least + low * (most - least), least + high * (most - least)

    def p(self, line: Line) -> tuple[float, float]:
        from scipy.special import betainc, betaincc

        share, hits, misses = self._place(line.at), self._hits, self.images - self._hits
        if not 0 <= share <= 1:
            above = 1.0 if share > 1 else 0.0
            return (above, 1 - above) if line.side > 0 else (1 - above, above)
        at_least = float(betainc(hits, misses + 1, share)) if hits else 1.0
        at_most = float(betaincc(hits + 1, misses, share)) if misses else 1.0
        return (at_least, at_most) if line.side > 0 else (at_most, at_least)

    def around(self, effect: float) -> Share:
        return dataclasses.replace(self, effect=effect)

    def with_images(self, count: int) -> Share:
        return dataclasses.replace(self, images=count)

    def basis(self) -> str:
        return f"{self._hits:.6g} of {self.images} answers right; about these checkpoints only"

    @property
    def _hits(self) -> float:
        return round(self._place(self.effect) * self.images, 6)

    def _place(self, value: float) -> float:
        least, most = self.ends
        return (value - least) / (most - least)


def clopper_pearson(hits: float, trials: int, tail: float) -> tuple[float, float]:
    """The exact interval of a rate that leaves at most `tail` on each side."""
    from scipy.special import betainccinv, betaincinv

    low = float(betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
    high = float(betainccinv(hits + 1, trials - hits, tail)) if hits < trials else 1.0
    return low, high


@dataclass(frozen=True)
class Scored(Estimate):
    """A weighted sum of the answers of several models to the same images, with the interval of a score test.

    `counts` images have each of the `values`, which lie between two `ends`; `shift` is added to their mean. A line is tested
    with the variance that the sum would have if its mean lay there: of the distribution between the ends that is most likely
    among those with this mean. For the difference of two models that is Tango's interval. The score is brought nearer to 0 by
    half of the range, which for two models and a line at 0 is McNemar's test with Edwards's correction: without it a word at
    2.5 % a side is wrong in up to 3.3 % (benchmarks/DECISIONS.md).

    Sources: Tango 1998, Equivalence test and confidence interval for the difference in proportions for the paired-sample design;
    Edwards 1948, Note on the "correction for continuity"; Owen 1990, Empirical likelihood ratio confidence regions (the
    distribution).
    """

    counts: tuple[float, ...]
    values: tuple[float, ...]
    seeds: tuple[int, ...]
    ends: tuple[float, float]
    shift: float = 0.0
    method: ClassVar[str] = "score interval"

    @classmethod
    def of(cls, by_image: NDArray[Any], seeds: tuple[int, ...], ends: tuple[float, float]) -> Scored:
        """by_image: (images,), the weighted sum for each image."""
        import numpy as np

        values, counts = np.unique(by_image.round(9), return_counts=True)
        return cls(tuple(counts.tolist()), tuple(values.clip(*ends).tolist()), seeds, ends)

    @property
    def images(self) -> int:  # type: ignore[override]
        return round(sum(self.counts))

    @property
    def effect(self) -> float:  # type: ignore[override]
        return self._mean + self.shift

    def interval(self, tail: float) -> tuple[float, float]:
        from scipy.special import ndtri

        reach = -float(ndtri(tail))

        def end(edge: float, side: int) -> float:
            def beyond(at: float) -> float:
                """How far the score of the mean lies beyond the reach, seen from a line on that side; above 0 is outside."""
                return side * (at - self._mean) - self._correction - reach * self._error(at)

            if beyond(edge) <= 0:
                return edge
            return root(beyond, self._mean, edge, near=1e-12)

        least, most = self.ends
        return end(least, -1) + self.shift, end(most, 1) + self.shift

    def p(self, line: Line) -> tuple[float, float]:
        from scipy.special import ndtr

        at, (least, most) = line.at - self.shift, self.ends
        if not least <= at <= most:
            above, below = (0.0, 1.0) if at < least else (1.0, 0.0)
        else:
            distance, error = self._mean - at, self._error(at)
            above = float(ndtr(_score(self._correction - distance, error)))
            below = float(ndtr(_score(self._correction + distance, error)))
        return (above, below) if line.side > 0 else (below, above)

    def around(self, effect: float) -> Scored:
        return dataclasses.replace(self, shift=effect - self._mean)

    def with_images(self, count: int) -> Scored:
        return dataclasses.replace(self, counts=tuple(number * count / self.images for number in self.counts))

    def basis(self) -> str:
        return f"answers to the same {self.images} images; about these checkpoints only"

    @cached_property
    def _mean(self) -> float:
        return math.fsum(count * value for count, value in zip(self.counts, self.values, strict=True)) / math.fsum(self.counts)

    @property
    def _correction(self) -> float:
        return (self.ends[1] - self.ends[0]) / 2 / math.fsum(self.counts)

    def _error(self, at: float) -> float:
        """The standard error of the mean if it were `at`.

        The most likely distribution gives each image the weight 1 / (n (1 + m (value - at))), with the multiplier m for which
        the mean is `at`. Where no multiplier does that, it lies at an end of its range and the rest of the weight is at the end
        of the values that was not seen.
        """
        import numpy as np

        least, most = self.ends
        if not least < at < most:
            return 0.0
        counts, away = np.asarray(self.counts), np.asarray(self.values) - at
        total = counts.sum()

        def slope(multiplier: float) -> float:
            return float((counts * away / (1 + multiplier * away)).sum())

        low, high = (1 - EDGE) / (at - most), (1 - EDGE) / (at - least)
        unseen = 0.0
        if slope(low) <= 0:
            multiplier, unseen = low, most - at
        elif slope(high) >= 0:
            multiplier, unseen = high, least - at
        else:
            multiplier = root(slope, low, high, near=1e-14)
        weights = counts / (total * (1 + multiplier * away))
        variance = float((weights * away**2).sum()) + max(0.0, 1 - float(weights.sum())) * unseen**2
        return math.sqrt(variance / total)


def _score(distance: float, error: float) -> float:
    return distance / error if error else math.copysign(math.inf, distance)
