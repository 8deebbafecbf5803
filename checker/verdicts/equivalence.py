"""Are two means the same to within a margin? Finding no difference is not enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.answers import AnswersOption, seen
from checker.verdicts.contrast import contrast
from checker.verdicts.estimate import Estimate
from checker.verdicts.line import Line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.share import beside_share, despite_sign
from checker.verdicts.verdict import Verdict
from checker.words import VerdictWord

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def equivalence(
    a: ArrayLike,
    b: ArrayLike,
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    relative: float | None = None,
    answers: AnswersOption = "seen",
    names: tuple[str, str] = ("a", "b"),
) -> Verdict:
    """Decide "a and b differ by less than `margin`" from a (seeds, images) and b (seeds, images), on the same images.

    Two one-sided tests, one at each end of the margin, each at alpha over all looks. Supported: the interval that leaves as
    much on each side lies within the margin. Refuted: the interval that leaves alpha / 2 on each side lies outside it, on one
    side. The interval given is the one that decided, with the error of `compare` and the t quantile of `contrast`. `relative`,
    instead of `margin`, is a share of the size of b's mean; each end is then tested with the error that it has itself, as in
    `compare`.

    Source: Schuirmann 1987, A comparison of the two one-sided tests procedure and the power approach.

    `names` are what messages call the two.

    Raises MeasurementError as `compare` does, and for a margin of 0, within which nothing is.
    """
    models = {name: measured(name, side) for name, side in zip(names, (a, b), strict=True)}
    answers = seen(answers, *models.values())
    check_options(alpha, looks)
    check_margin(margin, relative)
    if not (margin or relative):
        raise MeasurementError("the margin is 0; two models are similar only within a margin above 0")
    difference = contrast(models, (1, -1), answers).varying()
    if relative is None:
        return _decide(difference, difference, margin, alpha, looks)
    baseline = contrast({names[1]: models[names[1]]}, (1,), answers)
    size = relative * abs(baseline.effect)
    share = math.copysign(relative, baseline.effect)
    lower, upper = (beside_share(models, 1 + end, answers).varying() for end in (-share, share))
    first, other = _decide(lower, upper, size, alpha, looks), _decide(upper, lower, -size, alpha, looks)
    return despite_sign(first, other, baseline, alpha, looks)


def _decide(lower: Estimate, upper: Estimate, margin: float, alpha: float, looks: Looks) -> Verdict:
    """lower, upper: the difference with its error beside the lower and the upper end of the margin."""
    one_sided, two_sided = looks.tail(alpha), looks.tail(alpha / 2)
    word: VerdictWord = "inconclusive"
    low, high = lower.interval(one_sided)[0], upper.interval(one_sided)[1]
    if -margin < low and high < margin:
        word = "supported"
    else:
        low, high = lower.interval(two_sided)[0], upper.interval(two_sided)[1]
        for end, beyond in ((lower, Line(-margin, -1)), (upper, Line(margin, 1))):
            if beyond.word(*end.interval(two_sided)) == "supported":
                word, (low, high) = "refuted", end.interval(two_sided)
    near, at = (lower, -margin) if lower.effect < 0 else (upper, margin)
    above, below = lower.p(Line(-margin, 1)), upper.p(Line(margin, -1))
    p = looks.error(max(above[0], below[0]))
    p_against = looks.two_sided(min(above[1], below[1]))
    doubt = near.doubt()
    if doubt:
        word, p, p_against = "inconclusive", 1.0, 1.0
    needed, clause = None, ""
    if word == "inconclusive":
        needed, clause = near.settle(at, alpha if abs(near.effect) < margin else alpha / 2, looks)
    return Verdict(
        word=word,
        effect=near.effect,
        low=low,
        high=high,
        confidence=1 - 2 * (one_sided if word == "supported" else two_sided),
        margin=margin,
        seeds=min(near.seeds),
        images=near.images,
        rule=(
            f"two one-sided tests by the {near.method}, at {100 * one_sided:.4g} % each (alpha {alpha:g} {looks}), "
            f"refuted by the two-sided interval at {100 * (1 - 2 * two_sided):.4g} %, {near.basis()}"
        ),
        reason="; ".join(filter(None, [doubt or _reason(word, margin, clause), near.caveat()])),
        seeds_needed=needed,
        p=p,
        p_against=p_against,
        lines=(-margin, margin),
    )


def _reason(word: VerdictWord, margin: float, settle: str) -> str:
    ends = f"{margin:.3g} below and {margin:.3g} above the baseline"
    if word == "supported":
        return f"the whole interval lies within the margin ({ends})"
    if word == "refuted":
        return f"the whole interval lies outside the margin, on one side ({ends})"
    return f"the interval holds an end of the margin ({ends}); {settle}"
