"""Is one mean smaller (or larger) than another by more than a margin? Seeds nested in models, images crossed with them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.verdict import Verdict, Word
from checker.vocabulary import Relation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

MOST_SEEDS = 200  # beyond this an estimate of "seeds needed" means: not by adding seeds


def compare(
    a: ArrayLike,
    b: ArrayLike,
    relation: Relation = "less",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: int = 1,
) -> Verdict:
    """Decide "a is less (greater) than b by more than `margin`" from a (seeds, images) and b (seeds, images).

    Both are measured on the same images. The squared standard error of the difference of means is
    s_a^2/S_a + s_b^2/S_b + s_image^2/N: the variances of the seeds' means, and the variance over images of the difference (left
    out where the metric gives one value a model, N = 1), with Satterthwaite's degrees of freedom (Satterthwaite 1946). Leaving
    the seed-by-image part in both terms makes the interval a little wide, never narrow. The interval is two-sided at
    1 - alpha / looks (Bonferroni over the declared looks). Supported: it lies beyond the margin on the claimed side. Refuted: it
    lies on the other side of that line. With one checkpoint on each side only images vary, and the verdict is about these
    checkpoints.

    Raises MeasurementError for NaN or Inf, shapes that do not fit, one seed on one side only, or zero variance.
    """
    import numpy as np

    first, second = _checked("a", a), _checked("b", b)
    if first.shape[1] != second.shape[1]:
        raise MeasurementError(f"a has {first.shape[1]} images and b {second.shape[1]}; measure both on the same ones")
    if (first.shape[0] == 1) != (second.shape[0] == 1):
        raise MeasurementError("one side has one checkpoint and the other several seeds; train more of the first")
    if not (math.isfinite(margin) and margin >= 0):
        raise MeasurementError(f"the margin is {margin}; it must be a number of at least 0")
    if not 0 < alpha < 0.5 or looks < 1:
        raise MeasurementError(f"alpha {alpha} over {looks} looks; alpha lies between 0 and 0.5 and looks is at least 1")

    by_image = first.mean(0) - second.mean(0)
    effect = float(by_image.mean())
    images = first.shape[1]
    image_term = _variance(by_image) / images
    terms = [(image_term, images - 1)] if images > 1 else []
    terms += [(_variance(side.mean(1)) / len(side), len(side) - 1) for side in (first, second) if len(side) > 1]
    squared_error = sum(term for term, _ in terms)
    if squared_error <= 1e-18 * max(1.0, effect**2):
        raise MeasurementError("zero variance over images and seeds: the measurement is degenerate, nothing can be decided")
    freedom = squared_error**2 / sum(term**2 / degrees for term, degrees in terms)
    half_width = _t(1 - alpha / looks / 2, freedom) * math.sqrt(squared_error)
    low, high = effect - half_width, effect + half_width

    sign = 1.0 if relation == "less" else -1.0
    line = -sign * margin  # what the effect must be beyond
    distance_low, distance_high = sorted((sign * (low - line), sign * (high - line)))
    word: Word = "supported" if distance_high < 0 else "refuted" if distance_low > 0 else "inconclusive"
    seeds = min(len(first), len(second))
    plural = "looks" if looks > 1 else "look"
    needed = None
    if word == "inconclusive" and seeds > 1:
        needed = _seeds_needed(
            np.asarray([first.mean(1).var(ddof=1), second.mean(1).var(ddof=1)]), image_term, effect - line, alpha / looks, seeds
        )
    return Verdict(
        word=word,
        effect=effect,
        low=low,
        high=high,
        confidence=1 - alpha / looks,
        margin=margin,
        seeds=seeds,
        images=images,
        rule=(
            f"two-sided t interval at {100 * (1 - alpha / looks):.4g} % (alpha {alpha:g} over {looks} "
            f"{plural}), {freedom:.3g} degrees of freedom, "
            + ("seeds" if seeds > 1 else "")
            + (" and " if seeds > 1 and images > 1 else "")
            + ("images" if images > 1 else "")
            + " vary"
            + ("" if seeds > 1 else "; about these checkpoints only")
        ),
        reason=_reason(word, relation, margin, needed),
        seeds_needed=needed,
    )


def _checked(name: str, values: ArrayLike) -> NDArray[Any]:
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape:
        raise MeasurementError(f"{name} has shape {array.shape}; wanted (seeds, images), none of them 0")
    if not np.isfinite(array).all():
        seed, image = np.argwhere(~np.isfinite(array))[0]
        raise MeasurementError(f"{name} is {array[seed, image]} for seed {seed}, image {image}; not a measurement")
    return array


def _variance(values: NDArray[Any]) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _t(probability: float, freedom: float) -> float:
    """Quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def _seeds_needed(variances: np.ndarray[Any, Any], image_term: float, distance: float, alpha: float, seeds: int) -> int | None:
    """The fewest seeds at which an interval of today's variances would clear the line at today's effect."""
    for count in range(seeds + 1, MOST_SEEDS + 1):
        error = math.sqrt(float(variances.sum()) / count + image_term)
        if abs(distance) > _t(1 - alpha / 2, 2 * (count - 1)) * error:
            return count
    return None


def _reason(word: Word, relation: Relation, margin: float, needed: int | None) -> str:
    side = "below" if relation == "less" else "above"
    line = f"{margin:.3g} {side} the baseline" if margin else "the baseline"
    if word == "supported":
        return f"the whole interval lies {side} the line claimed ({line})"
    if word == "refuted":
        return f"the whole interval lies on the other side of the line claimed ({line})"
    settle = f"about {needed} seeds would settle it" if needed else "more seeds alone would not settle it"
    return f"the interval holds the line claimed ({line}); {settle}"
