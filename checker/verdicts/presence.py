"""Does a model show something, or show none of it? An image shows it or not; images are what is counted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.answers import Share
from checker.verdicts.estimate import decide
from checker.verdicts.line import Line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_options, measured
from checker.verdicts.quantifier import combine
from checker.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def presence(shown: ArrayLike, bound: float, alpha: float = 0.05, looks: Looks = ONE_LOOK) -> Verdict:
    """Decide "every checkpoint shows it in more than `bound` of the images" from shown (seeds, images), 1 or 0 each.

    Images are a sample and independent within a checkpoint; tokens of one image are not, so what counts is whether an image
    shows it. Each checkpoint gets the exact binomial interval, and the claim holds when it holds for every checkpoint
    (`combine`, "all"); one checkpoint that does not show it refutes. A handful of checkpoints cannot tell the share of all
    possible ones that do, so the verdict is about those that were measured.

    All images alike is a measurement here, not zero variance. Presence and absence are never both supported; where checkpoints
    disagree, both are refuted.

    Source: Clopper and Pearson 1934, The use of confidence or fiducial limits illustrated in the case of the binomial.

    Raises MeasurementError for values that are not 0 or 1, or a bound that is not between 0 and 1.
    """
    return _every_seed(shown, Line(bound, 1), alpha, looks)


def absence(shown: ArrayLike, bound: float, alpha: float = 0.05, looks: Looks = ONE_LOOK) -> Verdict:
    """Decide "no checkpoint shows it in `bound` of the images or more" from shown (seeds, images), 1 or 0 each.

    Seeing none proves nothing by itself: supported means that the upper end of the exact binomial interval lies below the bound
    for every checkpoint, which takes images enough. The rest is as for `presence`.
    """
    return _every_seed(shown, Line(bound, -1), alpha, looks)


def _every_seed(shown: ArrayLike, line: Line, alpha: float, looks: Looks) -> Verdict:
    array = measured("the model", shown)
    check_options(alpha, looks)
    if not 0 < line.at < 1:
        raise MeasurementError(f"the bound is {line.at}; it must be a rate between 0 and 1")
    if ((array != 0) & (array != 1)).any():
        raise MeasurementError("values other than 0 and 1; say of each image whether it shows what is looked for")
    images = array.shape[1]
    hits = [int(row.sum()) for row in array]
    parts = {f"seed {seed}": _one_seed(count, images, line, alpha, looks) for seed, count in enumerate(hits)}
    verdict = combine(parts, "all", alpha)
    return dataclasses.replace(
        verdict,
        seeds=len(hits),
        rule=(
            f"exact binomial interval at {100 * verdict.confidence:.4g} % (alpha {alpha:g} {looks}) for each of "
            f"{len(hits)} checkpoints; all have to lie {line.where()} {line.at:g}; about these checkpoints only"
        ),
    )


def _one_seed(hits: int, images: int, line: Line, alpha: float, looks: Looks) -> Verdict:
    shown = Share(hits / images, (1,), images)
    verdict = decide(shown, line, alpha, looks, line.at, "the bound")
    low, high = verdict.low, verdict.high
    reason = f"{hits} of {images} images show it, so at least {100 * low:.3g} and at most {100 * high:.3g} % of all do"
    if verdict.word == "inconclusive":
        _, clause = shown.settle(line.at, alpha / 2, looks)
        reason = f"{reason}, which holds the bound; {clause}"
    return dataclasses.replace(verdict, reason=reason)
