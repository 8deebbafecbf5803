"""Does one model's mean lie above (or below) a number? "k-NN accuracy of at least 60 %"."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.answers import AnswersOption, seen
from checker.verdicts.contrast import contrast
from checker.verdicts.estimate import decide
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def threshold(
    values: ArrayLike,
    bound: float,
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    answers: AnswersOption = "seen",
) -> Verdict:
    """Decide "the mean is at least (at most) `bound`" from values (seeds, images) in the unit of the bound.

    SE^2 = s_seed^2/S + s_image^2/N, with the t quantile of `contrast` (Cochran 1964). A margin moves the line beyond the bound:
    the mean is greater by more than `margin`. The effect given is the mean itself. Where values are `answers`, right or wrong,
    of one checkpoint, the interval is the exact one of their share.

    Raises MeasurementError for NaN or Inf, a table that is not (seeds, images), zero variance (unless values are answers) or a
    bound that is no number.
    """
    models = {"the model": measured("the model", values)}
    answers = seen(answers, *models.values())
    check_options(alpha, looks)
    check_margin(margin)
    if not math.isfinite(bound):
        raise MeasurementError(f"the bound is {bound}; it must be a number")
    line = draw_line(relation, margin, bound)
    return decide(contrast(models, (1,), answers), line, alpha, looks, margin, f"{line.at:.4g}")
