"""A weighted sum of models' means with its interval: what compare, ratio, threshold, trend and equivalence decide on.

Seeds are nested in models, images crossed with them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.line import Line
from checker.verdicts.verdict import Verdict, Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_SEEDS = 200  # beyond this an estimate of "seeds needed" means: not by adding seeds
MOST_IMAGES = 100_000
SMALLEST_TAIL = 1e-100  # a p-value below it is told as this


@dataclass(frozen=True)
class Contrast:
    """`effect` is the weighted sum of means; the rest is what its error is made of.

    `image_term`: the variance over images of the weighted sum, divided by their number (0 with one image).
    `seed_variances`: for each model the square of its weight times the variance of its seeds' means; empty with one checkpoint
    a model. `seeds`: for each model.
    """

    effect: float
    image_term: float
    seed_variances: tuple[float, ...]
    seeds: tuple[int, ...]
    images: int

    @property
    def squared_error(self) -> float:
        return sum(term for term, _ in self._terms())

    def half_width(self, tail: float) -> float:
        """Of the t interval that leaves `tail` on each side."""
        return _weighted_quantile([*self.spreads().values()], tail) * math.sqrt(self.squared_error)

    def interval(self, tail: float) -> tuple[float, float]:
        """The t interval that leaves `tail` on each side."""
        half_width = self.half_width(tail)
        return self.effect - half_width, self.effect + half_width

    def p(self, line: Line) -> tuple[float, float]:
        """One-sided p-values, each the tail whose interval touches the line: of the claim being false, and of it being true."""
        distance = line.side * (self.effect - line.at) / math.sqrt(self.squared_error)
        tail = _weighted_tail([*self.spreads().values()], abs(distance))
        return (tail, 1 - tail) if distance > 0 else (1 - tail, tail)

    def seeds_needed(self, at: float, tail: float) -> int | None:
        """The fewest seeds a model at which an interval of today's variances would clear `at` at today's effect."""
        if not self.seed_variances:
            return None
        variance = sum(self.seed_variances)

        def clears(count: int) -> bool:
            error = math.sqrt(variance / count + self.image_term)
            spreads = [(variance, len(self.seed_variances) * (count - 1.0))]
            if self.image_term:
                spreads = [(variance / count, spreads[0][1]), (self.image_term, self.images - 1.0)]
            return abs(self.effect - at) > _weighted_quantile(spreads, tail) * error

        few, many = min(self.seeds), MOST_SEEDS
        if few >= many or not clears(many):
            return None
        while many - few > 1:  # an interval only gets narrower with seeds
            middle = (few + many) // 2
            few, many = (few, middle) if clears(middle) else (middle, many)
        return many

    def images_needed(self, at: float, tail: float) -> int | None:
        """About how many images, with today's seeds, would clear `at`; None with one value a model or beyond MOST_IMAGES."""

        def clears(count: int) -> bool:
            term = self.image_term * self.images / count
            low, high = dataclasses.replace(self, image_term=term, images=count).interval(tail)
            return not low <= at <= high

        count = self.images
        if not 1 < count < MOST_IMAGES or not clears(MOST_IMAGES):
            return None
        while not clears(count):
            count = min(math.ceil(count * 1.25), MOST_IMAGES)
        return count

    def settle(self, at: float, tail: float) -> tuple[int | None, str]:
        """How many seeds would settle an open claim, and a clause that says what would."""
        seeds = self.seeds_needed(at, tail)
        if seeds:
            return seeds, f"about {seeds} seeds would settle it"
        images = self.images_needed(at, tail)
        if images:
            if self.seed_variances:
                return None, f"more seeds alone would not settle it, about {images} images would"
            return None, f"about {images} images would settle it"
        tried = [f"{MOST_SEEDS} seeds"] if self.seed_variances else []
        tried += [f"{MOST_IMAGES} images"] if self.images > 1 else []
        most = " or ".join(tried)
        return None, f"the effect lies so near the line that {most} alone would not settle it"

    @property
    def varies(self) -> bool:
        """Whether there is an error at all, beyond that of rounding."""
        return self.squared_error > 1e-18 * max(1.0, self.effect**2)

    def varying(self) -> Contrast:
        """Itself. Raises MeasurementError when nothing varies: without an error there is no interval."""
        if not self.varies:
            raise MeasurementError("zero variance over images and seeds: the measurement is degenerate, nothing can be decided")
        return self

    def spreads(self) -> dict[str, tuple[float, float]]:
        """The squared error in parts, of seeds and of images, each with its degrees of freedom (Satterthwaite 1946)."""
        terms = self._terms()
        split = 1 if self.images > 1 else 0
        parts = {"seeds": terms[split:], "images": terms[:split]}
        return {name: _pool(part) for name, part in parts.items() if any(term for term, _ in part)}

    def _terms(self) -> list[tuple[float, int]]:
        terms = [(self.image_term, self.images - 1)] if self.images > 1 else []
        counts = zip(self.seed_variances, self.seeds, strict=False)
        return terms + [(variance / count, count - 1) for variance, count in counts]


def contrast(models: Mapping[str, NDArray[Any]], weights: Sequence[float]) -> Contrast:
    """The weighted sum of the means of models, (seeds, images) each, on the same images.

    SE^2 = sum over models of weight^2 s^2 / S, plus s_image^2 / N: the variances of the seeds' means, and the variance over
    images of the weighted sum (left out for one image, which is a metric with one value a model). Leaving the seed-by-image
    part in both makes the interval a little wide, never narrow. With one checkpoint a model only images vary.

    Degrees of freedom are Satterthwaite's (1946). Taken of the whole error, they are an estimate that believes too much in seeds
    that happen to agree: where the few seeds of one model make up most of the error and images the rest, a word at 5 % with 3
    seeds would be wrong in up to 8 % of the cases. So the t quantile of the seeds' part and that of the images' part are taken,
    and their mean weighted with these parts (Cochran 1964, Approximate significance levels of the Behrens-Fisher test). That
    keeps the error rate; where seeds and images matter alike, it widens an interval of 3 seeds by up to a third.

    Raises MeasurementError for shapes that do not fit, or one seed of some models and several of others.
    """
    names, arrays = list(models), list(models.values())
    for name, array in models.items():
        if array.shape[1] != arrays[0].shape[1]:
            raise MeasurementError(
                f"{names[0]} has {arrays[0].shape[1]} images and {name} {array.shape[1]}; measure both on the same ones"
            )
    if len({len(array) == 1 for array in arrays}) > 1:
        raise MeasurementError("one side has one checkpoint and the other several seeds; train more of the first")
    by_image = sum(weight * array.mean(0) for weight, array in zip(weights, arrays, strict=True))
    images = arrays[0].shape[1]
    return Contrast(
        effect=float(by_image.mean()),
        image_term=_variance(by_image) / images,
        seed_variances=tuple(
            weight**2 * _variance(array.mean(1)) for weight, array in zip(weights, arrays, strict=True) if len(array) > 1
        ),
        seeds=tuple(len(array) for array in arrays),
        images=images,
    )


def decide(found: Contrast, line: Line, alpha: float, looks: int, margin: float, place: str) -> Verdict:
    """The verdict on "the effect lies on this side of the line", by the two-sided t interval at 1 - alpha / looks.

    `place` says the line in words. Raises MeasurementError when nothing varies.
    """
    tail = alpha / looks / 2
    low, high = found.varying().interval(tail)
    word = line.word(low, high)
    needed, clause = found.settle(line.at, tail) if word == "inconclusive" else (None, "")
    p, p_against = found.p(line)
    return Verdict(
        word=word,
        effect=found.effect,
        low=low,
        high=high,
        confidence=1 - alpha / looks,
        margin=margin,
        seeds=min(found.seeds),
        images=found.images,
        rule=say_rule(found, alpha, looks),
        reason=say_reason(word, line, place, clause),
        seeds_needed=needed,
        p=two_sided(p, looks),
        p_against=two_sided(p_against, looks),
        lines=(line.at,),
    )


def two_sided(p: float, looks: int) -> float:
    """The smallest alpha, split over two sides and the declared looks, that leaves `p` on one side."""
    return min(1.0, 2 * looks * p)


def say_rule(found: Contrast, alpha: float, looks: int) -> str:
    """The sentence on how an interval was made."""
    plural = "looks" if looks > 1 else "look"
    return (
        f"two-sided t interval at {100 * (1 - alpha / looks):.4g} % (alpha {alpha:g} over {looks} {plural}), {say_spread(found)}"
    )


def say_spread(found: Contrast) -> str:
    """What varies, and with how many degrees of freedom."""
    parts = [f"{freedom:.3g} over {name}" for name, (_, freedom) in found.spreads().items()]
    scope = "" if found.seed_variances else "; about these checkpoints only"
    return f"degrees of freedom: {', '.join(parts)}{scope}"


def say_reason(word: Word, line: Line, place: str, settle: str) -> str:
    """The sentence on why the word; `settle` says what would settle an open claim."""
    if word == "supported":
        return f"the whole interval lies {line.where()} the line claimed ({place})"
    if word == "refuted":
        return f"the whole interval lies on the other side of the line claimed ({place})"
    return f"the interval holds the line claimed ({place}); {settle}"


def _pool(terms: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The sum of terms of a squared error, and its degrees of freedom."""
    total = sum(term for term, _ in terms)
    return total, total**2 / sum(term**2 / degrees for term, degrees in terms)


def _weighted_quantile(spreads: Sequence[tuple[float, float]], tail: float) -> float:
    """The t quantile that leaves `tail` above, a mean over the parts of a squared error."""
    from scipy.special import stdtrit

    if len(spreads) == 1:
        return float(stdtrit(spreads[0][1], 1 - tail))
    return sum(term * float(stdtrit(freedom, 1 - tail)) for term, freedom in spreads) / sum(term for term, _ in spreads)


def _weighted_tail(spreads: Sequence[tuple[float, float]], distance: float) -> float:
    """The tail of which that quantile is `distance`."""
    from scipy.optimize import brentq
    from scipy.special import stdtr, stdtrit

    tails = [float(stdtr(freedom, -distance)) for _, freedom in spreads]
    if len(tails) == 1:
        return tails[0]
    least, most = (max(tail, SMALLEST_TAIL) for tail in (min(tails), max(tails)))
    total = sum(term for term, _ in spreads)

    def beyond(logarithm: float) -> float:
        tail = math.exp(logarithm)
        return -sum(term * float(stdtrit(freedom, tail)) for term, freedom in spreads) / total - distance

    if beyond(math.log(least)) <= 0:
        return least
    if beyond(math.log(most)) >= 0:
        return most
    solve: Callable[..., float] = brentq
    return math.exp(solve(beyond, math.log(least), math.log(most), xtol=1e-9))


def _variance(values: NDArray[Any]) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0
