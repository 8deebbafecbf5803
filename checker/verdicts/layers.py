"""Is a metric higher (or lower) in some layers of a network than in others?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.answers import AnswersOption
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.trend import course_of
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def layers(
    values: ArrayLike,
    those: Sequence[bool],
    others: Sequence[bool],
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    relative: float | None = None,
    answers: AnswersOption = "seen",
) -> Verdict:
    """Decide "the metric is greater (less) in these layers than in others by more than `margin`" from (seeds, layers, images).

    `those` and `others` say of each layer whether it is among the ones or the others. The effect is the mean over the ones minus
    the mean over the others. It is taken seed by seed and image by image, because both come from the same models and images, and
    decided like the mean in `threshold`: what seeds and images share is no part of its error, and layers are never replicates.

    `relative`, instead of `margin`, is a margin as a share of the size of the metric's mean over the others. That mean is
    measured too, so the interval is that of the difference minus this share of it, as in `compare`.

    Raises MeasurementError for NaN or Inf, sides without layers or with the same ones, zero variance (unless values are answers),
    or both a margin and a relative one.
    """
    import numpy as np

    array = measured("the model", values, ("seed", "layer", "image"))
    check_options(alpha, looks)
    check_margin(margin, relative)
    here, there = (np.asarray(side, dtype=float) for side in (those, others))
    if not (len(here) == len(there) == array.shape[1] and here.any() and there.any()):
        raise MeasurementError(f"{here} and {there} do not choose layers of {array.shape[1]} on both sides")
    if (here == there).all():
        raise MeasurementError("both sides are the same layers; compare different ones")
    here, there = here / here.sum(), there / there.sum()
    side = "below" if relation in ("less", "not less") else "above"

    def place(at: float) -> str:
        return f"{abs(at):.3g} {side} the other layers" if at else "the other layers"

    return course_of(array, here - there, relation, margin, alpha, looks, relative, answers, place, there)
