"""What is lost by a change to a model: against a number, or against what another model loses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.answers import Answers, AnswersOption, seen
from checker.verdicts.contrast import Contrast, contrast
from checker.verdicts.estimate import Estimate, decide
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def loss(
    before: ArrayLike,
    after: ArrayLike,
    bound: float,
    relation: Claimed = "less",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    answers: AnswersOption = "seen",
) -> Verdict:
    """Decide "the mean loses less (more) than `bound`" from the values (seeds, images) without a change and with it.

    The loss is `before` minus `after`. Both have the same seeds and images, so it is taken seed by seed and image by image, and
    its mean decided as that of one model in `threshold`: what seeds and images share is no part of its error. Of one checkpoint
    whose values are answers, right or wrong, the interval is that of a score test of the paired answers.

    Raises MeasurementError as `threshold` does, and for other seeds or images with the change than without it.
    """
    pair = _pair("the model", before, after)
    answers = seen(answers, *pair)
    check_options(alpha, looks)
    check_margin(margin)
    if not math.isfinite(bound):
        raise MeasurementError(f"the bound is {bound}; it must be a number")
    line = draw_line(relation, margin, bound)
    return decide(_lost({"the model": pair}, (1,), answers), line, alpha, looks, margin, f"a loss of {line.at:.4g}")


def losses(
    a: ArrayLike,
    a_changed: ArrayLike,
    b: ArrayLike,
    b_changed: ArrayLike,
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    answers: AnswersOption = "seen",
) -> Verdict:
    """Decide "a loses more (less) than b by more than `margin`" from the values (seeds, images) of each without a change and with
    it.

    The effect is a difference of differences, (a - a_changed) - (b - b_changed). The loss of each model is taken seed by seed and
    image by image, as in `loss`, and the two are compared as means are in `compare`.

    Raises MeasurementError as `compare` does, and as `loss` does.
    """
    pairs = {"a": _pair("a", a, a_changed), "b": _pair("b", b, b_changed)}
    answers = seen(answers, *(table for pair in pairs.values() for table in pair))
    check_options(alpha, looks)
    check_margin(margin)
    line = draw_line(relation, margin)
    side = "below" if relation in ("less", "not less") else "above"
    place = f"{margin:.3g} {side} the loss of the baseline" if margin else "the loss of the baseline"
    return decide(_lost(pairs, (1, -1), answers), line, alpha, looks, margin, place)


def _pair(name: str, before: ArrayLike, after: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    one, other = measured(name, before), measured(f"{name}, changed", after)
    if one.shape != other.shape:
        raise MeasurementError(f"{name} has values of shape {one.shape}, and {other.shape} when it is changed; measure the same")
    return one, other


def _lost(pairs: dict[str, tuple[NDArray[Any], NDArray[Any]]], weights: Sequence[int], answers: Answers | None) -> Estimate:
    """The weighted sum of losses; of fixed answers each side of a loss counts like a model of its own."""
    found = contrast({name: before - after for name, (before, after) in pairs.items()}, weights)
    if answers is None or (isinstance(found, Contrast) and found.seed_variances and found.varies):
        return found
    sides = {
        f"{name}, {text}": table for name, pair in pairs.items() for text, table in zip(("plain", "changed"), pair, strict=True)
    }
    return contrast(sides, [sign * weight for weight in weights for sign in (1, -1)], answers)
