"""Are two means the same to within a margin? Finding no difference is not enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.contrast import Contrast, contrast, say_spread, two_sided
from checker.verdicts.line import Line
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.share import beside_share, despite_sign
from checker.verdicts.verdict import Verdict, Word

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def equivalence(
    a: ArrayLike,
    b: ArrayLike,
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: int = 1,
    relative: float | None = None,
) -> Verdict:
    """Decide "a and b differ by less than `margin`" from a (seeds, images) and b (seeds, images), on the same images.

    Two one-sided tests, one at each end of the margin, each at alpha / looks. Supported: the interval at 1 - 2 alpha / looks
    lies within the margin. Refuted: the interval at 1 - alpha / looks lies outside it, on one side. The interval told is the one
    that decided, with the error of `compare` and the t quantile of `contrast`. `relative`, instead of `margin`, is a
    share of the size of b's mean; each end is then tested with the error that it has itself, as in `compare`.

    Source: Schuirmann 1987, A comparison of the two one-sided tests procedure and the power approach.

    Raises MeasurementError as `compare` does, and for a margin of 0, within which nothing is.
    """
    models = {"a": measured("a", a), "b": measured("b", b)}
    check_options(alpha, looks)
    check_margin(margin, relative)
    if not (margin or relative):
        raise MeasurementError("the margin is 0; two models are similar only within a margin above 0")
    difference = contrast(models, (1, -1)).varying()
    if relative is None:
        return _decide(difference, difference, margin, alpha, looks)
    baseline = contrast({"b": models["b"]}, (1,))
    size = relative * abs(baseline.effect)
    share = math.copysign(relative, baseline.effect)
    lower, upper = (beside_share(models, 1 + end).varying() for end in (-share, share))
    first, other = _decide(lower, upper, size, alpha, looks), _decide(upper, lower, -size, alpha, looks)
    return despite_sign(first, other, baseline, alpha, looks)


def _decide(lower: Contrast, upper: Contrast, margin: float, alpha: float, looks: int) -> Verdict:
    """lower, upper: the difference with its error beside the lower and the upper end of the margin."""
    tail = alpha / looks
    word: Word = "inconclusive"
    low, high = lower.interval(tail)[0], upper.interval(tail)[1]
    if -margin < low and high < margin:
        word = "supported"
    else:
        low, high = lower.interval(tail / 2)[0], upper.interval(tail / 2)[1]
        for end, beyond in ((lower, Line(-margin, -1)), (upper, Line(margin, 1))):
            if beyond.word(*end.interval(tail / 2)) == "supported":
                word, (low, high) = "refuted", end.interval(tail / 2)
    near, at = (lower, -margin) if lower.effect < 0 else (upper, margin)
    above, below = lower.p(Line(-margin, 1)), upper.p(Line(margin, -1))
    needed, clause = None, ""
    if word == "inconclusive":
        needed, clause = near.settle(at, tail if abs(near.effect) < margin else tail / 2)
    return Verdict(
        word=word,
        effect=near.effect,
        low=low,
        high=high,
        confidence=1 - 2 * tail if word == "supported" else 1 - tail,
        margin=margin,
        seeds=min(near.seeds),
        images=near.images,
        rule=(
            f"two one-sided t tests at {100 * tail:.4g} % each (alpha {alpha:g} over looks: {looks}), "
            f"refuted by the two-sided interval at {100 * (1 - tail):.4g} %, {say_spread(near)}"
        ),
        reason=_reason(word, margin, clause),
        seeds_needed=needed,
        p=min(1.0, looks * max(above[0], below[0])),
        p_against=two_sided(min(above[1], below[1]), looks),
        lines=(-margin, margin),
    )


def _reason(word: Word, margin: float, settle: str) -> str:
    ends = f"{margin:.3g} below and {margin:.3g} above the baseline"
    if word == "supported":
        return f"the whole interval lies within the margin ({ends})"
    if word == "refuted":
        return f"the whole interval lies outside the margin, on one side ({ends})"
    return f"the interval holds an end of the margin ({ends}); {settle}"
