"""Is one mean a number of times another? "Trains 3 times as fast", "half the attention distance"."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.answers import Answers, AnswersOption, seen
from checker.verdicts.contrast import Contrast, contrast
from checker.verdicts.estimate import decide
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_options, measured
from checker.verdicts.root import root
from checker.verdicts.share import sign_p
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def ratio(
    a: ArrayLike,
    b: ArrayLike,
    factor: float,
    relation: Claimed = "greater",
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    answers: AnswersOption = "seen",
    names: tuple[str, str] = ("a", "b"),
) -> Verdict:
    """Decide "a is at least `factor` times b" (greater) or "b is at least `factor` times a" (less): (seeds, images) each.

    The claim is about a - share * b against 0, the share being `factor` for "greater" and 1 / factor for "less", by the
    interval of `contrast`; swapping a and b together with the relation gives the same decision. The factor is the smallest ratio
    of interest, so there is no other margin. The effect reported is a / b, without a unit, with the Fieller interval: the ratios
    r around it for which a - r b is not shown to differ from 0. It has no upper end while b may be 0, and no lower end while a
    may be 0 as well.

    Source: Fieller 1954, Some problems in interval estimation; the t quantile is that of `contrast` at each r.

    `names` are what messages call the two.

    Raises MeasurementError as `compare` does, and for a factor or a mean of the baseline that is not above 0.
    """
    models = {name: measured(name, side) for name, side in zip(names, (a, b), strict=True)}
    if not (math.isfinite(factor) and factor > 0):
        raise MeasurementError(f"the factor is {factor}; it must be a number above 0")
    answers = seen(answers, *models.values())
    check_options(alpha, looks)
    baseline = contrast({names[1]: models[names[1]]}, (1,), answers)
    if baseline.effect <= 0:
        raise MeasurementError(f"the baseline's mean is {baseline.effect:.4g}; a factor needs a baseline above 0")
    share = factor if relation in ("greater", "not greater") else 1 / factor
    place = f"{share:.4g} times the baseline"
    verdict = decide(contrast(models, (1, -share), answers), draw_line(relation, 0.0), alpha, looks, factor, place)
    low, high = fieller(models, sign_p(baseline, looks) < alpha, looks.tail(alpha / 2), answers)
    effect = float(models[names[0]].mean()) / baseline.effect
    return dataclasses.replace(verdict, effect=effect, low=low, high=high, lines=(share,))


def fieller(
    models: Mapping[str, NDArray[Any]], bounded: bool, tail: float, answers: Answers | None = None
) -> tuple[float, float]:
    """The ratios next to a / b at which the interval of a - r b touches 0.

    `bounded`: b's own interval leaves out 0, so that there is such a ratio on each side; else there may be one towards 0.
    """

    def reach(r: float) -> float:
        """By how much the interval of a - r b holds 0; negative where it does not."""
        found = contrast(models, (1, -r), answers)
        if isinstance(found, Contrast) and not found.varies:
            return -abs(found.effect)
        low, high = found.interval(tail)
        return min(high, -low)

    first, second = models.values()
    middle = float(first.mean()) / float(second.mean())
    if reach(middle) <= 0:
        return middle, middle

    def end(side: float) -> float:
        step = abs(middle)
        if bounded:
            step = reach(middle) / float(second.mean())
            while reach(middle + side * step) > 0:
                step *= 2
        elif side * middle > 0 or reach(0.0) > 0:
            return side * math.inf
        return root(reach, middle, middle + side * step, near=1e-10 * abs(middle))

    return end(-1.0), end(1.0)
