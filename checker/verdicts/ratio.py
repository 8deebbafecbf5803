"""Is one mean a number of times another? "Trains 3 times as fast", "half the attention distance"."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.contrast import contrast, decide, quantile
from checker.verdicts.line import Claimed, draw_line
from checker.verdicts.measurements import check_options, measured
from checker.verdicts.share import needs_sign, sign_p
from checker.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def ratio(
    a: ArrayLike, b: ArrayLike, factor: float, relation: Claimed = "greater", alpha: float = 0.05, looks: int = 1
) -> Verdict:
    """Decide "a is at least `factor` times b" (greater) or "b is at least `factor` times a" (less): (seeds, images) each.

    The claim is about a - share * b against 0, the share being `factor` for "greater" and 1 / factor for "less", with the
    interval of `compare`; swapping a and b together with the relation gives the same decision. The factor is the smallest
    ratio of interest, so there is no margin beside it. The effect told is a / b without a unit, with the Fieller interval: all
    ratios r that a - r b does not speak against at this level. It is bounded only while the interval of b alone leaves out 0;
    else any ratio fits, and the verdict is inconclusive.

    Source: Fieller 1954, Some problems in interval estimation; the degrees of freedom are Satterthwaite's at each r.

    Raises MeasurementError as `compare` does, for a factor that is not above 0, and for a baseline that lies below 0.
    """
    models = {"a": measured("a", a), "b": measured("b", b)}
    if not (math.isfinite(factor) and factor > 0):
        raise MeasurementError(f"the factor is {factor}; it must be a number above 0")
    check_options(alpha, looks)
    share = factor if relation in ("greater", "not greater") else 1 / factor
    place = f"{share:.4g} times the baseline"
    verdict = decide(contrast(models, (1, -share)), draw_line(relation, 0.0), alpha, looks, factor, place)
    baseline = contrast({"b": models["b"]}, (1,))
    bounded = sign_p(baseline, looks) < alpha
    if bounded and baseline.effect < 0:
        raise MeasurementError(f"the baseline's mean is {baseline.effect:.4g}; a factor needs a baseline above 0")
    low, high = fieller(models, alpha / looks / 2) if bounded else (-math.inf, math.inf)
    return dataclasses.replace(
        needs_sign(verdict, baseline, alpha, looks),
        effect=float(models["a"].mean()) / baseline.effect if baseline.effect else math.inf,
        low=low,
        high=high,
        lines=(share,),
    )


def fieller(models: Mapping[str, NDArray[Any]], tail: float) -> tuple[float, float]:
    """The ratios next to a / b at which the t interval of a - r b touches 0; b's own interval must leave out 0."""
    from scipy.optimize import brentq

    solve: Callable[..., float] = brentq

    def reach(r: float) -> float:
        """By how much the interval of a - r b holds 0; negative where it does not."""
        found = contrast(models, (1, -r))
        if not found.varies:
            return -abs(found.effect)
        return quantile(1 - tail, found.freedom) * math.sqrt(found.squared_error) - abs(found.effect)

    first, second = models.values()
    middle = float(first.mean()) / float(second.mean())
    if reach(middle) <= 0:
        return middle, middle
    ends = []
    for side in (-1, 1):
        step = reach(middle) / abs(float(second.mean()))
        while reach(middle + side * step) > 0:
            step *= 2
        ends.append(solve(reach, middle, middle + side * step, rtol=1e-10))
    return ends[0], ends[1]
