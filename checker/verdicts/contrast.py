"""A weighted sum of models' means with Student's interval: seeds are nested in models, images crossed with them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from checker.errors import MeasurementError
from checker.verdicts.answers import Answers, Scored, Share
from checker.verdicts.estimate import MOST_IMAGES, Estimate
from checker.verdicts.line import Line
from checker.verdicts.looks import Looks
from checker.verdicts.root import root

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_SEEDS = 200  # beyond this an estimate of "seeds needed" without declared looks means: not by adding seeds
FEW_SEEDS, UNEVEN = 5, 5.0  # below so many seeds, the standard deviation of one model may be so many times another's
SMALLEST_TAIL = 1e-100  # a p-value below it is given as this


@dataclass(frozen=True)
class Contrast(Estimate):
    """`effect` is the weighted sum of means; the rest is what its error is made of.

    `image_term`: the variance over images of the weighted sum, divided by their number (0 with one image).
    `seed_variances`: for each model with several seeds the square of its weight times the variance of its seeds' means; `names`
    and `seeds`: of these models, or of all where each is one checkpoint. `fixed`: the models with one checkpoint against others
    with several seeds. `ends`: between which the effect lies, whatever is measured.
    """

    effect: float
    image_term: float
    seed_variances: tuple[float, ...]
    seeds: tuple[int, ...]
    images: int
    names: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    ends: tuple[float, float] = (-math.inf, math.inf)
    method: ClassVar[str] = "t interval"

    @property
    def squared_error(self) -> float:
        return sum(term for term, _ in self._terms())

    def half_width(self, tail: float) -> float:
        """Of the t interval that leaves `tail` on each side."""
        return _weighted_quantile([*self.spreads().values()], tail) * math.sqrt(self.squared_error)

    def interval(self, tail: float) -> tuple[float, float]:
        """The t interval, as far as the effect can lie."""
        half_width = self.half_width(tail)
        return max(self.effect - half_width, self.ends[0]), min(self.effect + half_width, self.ends[1])

    def p(self, line: Line) -> tuple[float, float]:
        distance = line.side * (self.effect - line.at) / math.sqrt(self.squared_error)
        tail = _weighted_tail([*self.spreads().values()], abs(distance))
        return (tail, 1 - tail) if distance > 0 else (1 - tail, tail)

    def around(self, effect: float) -> Contrast:
        return dataclasses.replace(self, effect=effect, ends=(-math.inf, math.inf))

    def with_images(self, count: int) -> Contrast:
        return dataclasses.replace(self, image_term=self.image_term * self.images / count, images=count)

    def doubt(self) -> str:
        """Of few seeds, those of one model differ far more than those of another, as skewed or collapsed ones would.

        Then the error rests on two or three degrees of freedom of a single model, and the t interval needs its seeds to be
        normal: skewed ones break 5 % several times over (benchmarks/DECISIONS.md). Images may make up most of the error
        instead, and then it does not matter.
        """
        if len(self.seed_variances) < 2 or max(self.seeds) >= FEW_SEEDS:
            return ""
        ordered = sorted(zip(self.seed_variances, self.names, strict=True))
        (least, steady), (most, uneven) = ordered[0], ordered[-1]
        if most <= UNEVEN**2 * least or self.image_term > sum(self.seed_variances) / max(self.seeds):
            return ""
        times = f"{math.sqrt(most / least):.0f} times as much as" if least else "unlike"
        return (
            f"the seeds of {uneven} differ {times} those of {steady}, as a skew or two modes would make them: "
            f"not decided with fewer than {FEW_SEEDS} seeds"
        )

    def settle(self, at: float, error: float, looks: Looks) -> tuple[int | None, str]:
        if not self.seed_variances:
            return super().settle(at, error, looks)
        if looks.seeds:
            for look in looks.later(min(self.seeds)):
                if self._clears(at, look.count, look.tail(error)):
                    return look.count, f"about {look.count} seeds would settle it"
            lacking = f"more than the {looks.seeds[-1]} seeds that its looks allow would be needed"
        else:
            seeds = self.seeds_needed(at, error)
            if seeds:
                return seeds, f"about {seeds} seeds would settle it"
            lacking = f"more than {MOST_SEEDS} seeds would be needed"
        images = self.images_needed(at, looks.tail(error))
        if images:
            return None, f"{lacking}, or about {images} images"
        return None, f"{lacking}, and {MOST_IMAGES} images alone would not settle it" if self.images > 1 else lacking

    def seeds_needed(self, at: float, tail: float) -> int | None:
        """The fewest seeds a model at which an interval of today's variances would clear `at` at today's effect."""
        few, many = min(self.seeds), MOST_SEEDS
        if not self.seed_variances or few >= many or not self._clears(at, many, tail):
            return None
        while many - few > 1:  # an interval only gets narrower with seeds
            middle = (few + many) // 2
            few, many = (few, middle) if self._clears(at, middle, tail) else (middle, many)
        return many

    def _clears(self, at: float, count: int, tail: float) -> bool:
        """Whether an interval of today's variances would clear `at` with so many seeds a model."""
        variance = sum(self.seed_variances)
        spreads = [(variance / count, len(self.seed_variances) * (count - 1.0))]
        if self.image_term:
            spreads.append((self.image_term, self.images - 1.0))
        error = math.sqrt(variance / count + self.image_term)
        return abs(self.effect - at) > _weighted_quantile(spreads, tail) * error

    @property
    def varies(self) -> bool:
        """Whether there is an error at all, beyond that of rounding."""
        return self.squared_error > 1e-18 * max(1.0, self.effect**2)

    def varying(self) -> Contrast:
        """Itself. Raises MeasurementError when nothing varies: without an error there is no interval."""
        if not self.varies:
            raise MeasurementError("zero variance over images and seeds: the measurement is degenerate, nothing can be decided")
        return self

    def basis(self) -> str:
        """What varies, and with how many degrees of freedom."""
        parts = [f"{freedom:.3g} over {name}" for name, (_, freedom) in self.spreads().items()]
        scope = "" if self.seed_variances else "; about these checkpoints only"
        if self.fixed:
            scope = f"; {self.caveat()}"
        return f"degrees of freedom: {', '.join(parts)}{scope}"

    def caveat(self) -> str:
        return "the single checkpoint on one side is taken as fixed" if self.fixed else ""

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


def contrast(
    models: Mapping[str, NDArray[Any]], weights: Sequence[float], answers: Answers | None = None
) -> Contrast | Scored | Share:
    """The weighted sum of the means of models, (seeds, images) each, on the same images.

    SE^2 = sum over models of weight^2 s^2 / S, plus s_image^2 / N: the variances of the seeds' means, and the variance over
    images of the weighted sum (left out for one image, which is a metric with one value a model). Leaving the seed-by-image
    part in both makes the interval a little wide, never narrow. With one checkpoint a model only images vary. One
    checkpoint against several seeds of another model is taken as fixed: the verdict is about that checkpoint, and says so.

    Degrees of freedom are Satterthwaite's (1946). Taken of the whole error, they are an estimate that believes too much in seeds
    that happen to agree: where the few seeds of one model make up most of the error and images the rest, a word at 5 % with 3
    seeds would be wrong in up to 8 % of the cases. So the t quantile of the seeds' part and that of the images' part are taken,
    and their mean weighted with these parts (Cochran 1964, Approximate significance levels of the Behrens-Fisher test). That
    keeps the error rate; where seeds and images matter alike, it widens an interval of 3 seeds by up to a third.

    Where each value is an answer, right or wrong, and checkpoints are fixed, the interval is exact or that of a score test
    instead. That is also so where no seed differs from another in any image, as when all are always right: how seeds vary is
    then not known, so the verdict is about these checkpoints.

    Raises MeasurementError for shapes that do not fit.
    """
    names, arrays = list(models), list(models.values())
    for name, array in models.items():
        if array.shape[1] != arrays[0].shape[1]:
            raise MeasurementError(
                f"{names[0]} has {arrays[0].shape[1]} images and {name} {array.shape[1]}; measure both on the same ones"
            )
    several = [name for name in names if len(models[name]) > 1]
    by_image = sum(weight * array.mean(0) for weight, array in zip(weights, arrays, strict=True))
    images = arrays[0].shape[1]
    ends = (-math.inf, math.inf) if answers is None else answers.span(weights)
    found = Contrast(
        effect=float(by_image.mean()),
        image_term=_variance(by_image) / images,
        seed_variances=tuple(
            weight**2 * _variance(array.mean(1)) for weight, array in zip(weights, arrays, strict=True) if len(array) > 1
        ),
        seeds=tuple(len(models[name]) for name in several or names),
        images=images,
        names=tuple(several or names),
        fixed=tuple(name for name in names if several and name not in several),
        ends=ends,
    )
    if answers is None or (found.seed_variances and found.varies):
        return found
    if tuple(weights) == (1,):
        return Share(found.effect, found.seeds, images, ends)
    return Scored.of(by_image, found.seeds, ends)


def _pool(terms: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The sum of terms of a squared error, and its degrees of freedom."""
    total = sum(term for term, _ in terms)
    return total, total**2 / sum(term**2 / degrees for term, degrees in terms)


def _weighted_quantile(spreads: Sequence[tuple[float, float]], tail: float) -> float:
    """The t quantile that leaves `tail` above, a mean over the parts of a squared error."""
    from scipy.special import stdtrit

    if len(spreads) == 1:
        return -float(stdtrit(spreads[0][1], tail))
    return -sum(term * float(stdtrit(freedom, tail)) for term, freedom in spreads) / sum(term for term, _ in spreads)


def _weighted_tail(spreads: Sequence[tuple[float, float]], distance: float) -> float:
    """The tail of which that quantile is `distance`."""
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
    return math.exp(root(beyond, math.log(least), math.log(most), near=1e-9))


def _variance(values: NDArray[Any]) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0
