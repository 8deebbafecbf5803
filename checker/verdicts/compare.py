"""Is one mean smaller (or larger) than another by more than a margin? Seeds nested in models, images crossed with them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checker.verdicts.answers import AnswersOption, seen
from checker.verdicts.contrast import contrast
from checker.verdicts.estimate import decide
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.share import beside_share, despite_sign
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def compare(
    a: ArrayLike,
    b: ArrayLike,
    relation: Claimed = "less",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    relative: float | None = None,
    answers: AnswersOption = "seen",
    names: tuple[str, str] = ("a", "b"),
) -> Verdict:
    """Decide "a is less (greater) than b by more than `margin`" from a (seeds, images) and b (seeds, images).

    Both are measured on the same images. The squared standard error of the difference of means is
    s_a^2/S_a + s_b^2/S_b + s_image^2/N: the variances of the seeds' means, and the variance over images of the difference (left
    out where the metric gives one value a model, N = 1), with the t quantile of `contrast` (Cochran 1964). Leaving the
    seed-by-image part in both terms makes the interval a little wide, never narrow. The interval is two-sided,
    at the level that `looks` leave for this look. Supported: it lies beyond the margin on the claimed side. Refuted: it lies on
    the other side of that line. With one checkpoint on each side only images vary, and the verdict is about these checkpoints;
    one checkpoint against several seeds is taken as fixed, and the verdict says so. Where values are `answers`, right or wrong,
    its interval is that of a score test (`Scored`).

    "not less" and "not greater" claim the other side of the line of "less" and "greater": a is not less than b by more than the
    margin (non-inferiority).

    `relative`, instead of `margin`, is a margin as a share of the size of b's mean. b's mean is measured too, so the line is
    not known exactly: the interval is that of a - (1 - relative) b for "less" of a positive baseline, a - (1 + relative) b for
    "greater", which holds the error of the line as well as that of the difference (the idea of Fieller 1954). It is shown around
    a - b, against the line at b's measured mean. Where b's own interval holds 0, a word has to hold for either sign of b.

    `names` are what messages call the two.

    Raises MeasurementError for NaN or Inf, shapes that do not fit, zero variance (unless values are
    answers), or both a margin and a relative one.
    """
    models = {name: measured(name, side) for name, side in zip(names, (a, b), strict=True)}
    answers = seen(answers, *models.values())
    check_options(alpha, looks)
    check_margin(margin, relative)
    if relative is None:
        line = draw_line(relation, margin)
        return decide(contrast(models, (1, -1), answers), line, alpha, looks, margin, _place(relation, margin))
    baseline = contrast({names[1]: models[names[1]]}, (1,), answers)
    margin = relative * abs(baseline.effect)
    verdicts = []
    for size in (margin, -margin):  # with the sign that the baseline's mean has, and with the other
        share = 1 + draw_line(relation, math.copysign(relative, size * baseline.effect)).at
        difference, line = beside_share(models, share, answers), draw_line(relation, size)
        verdicts.append(decide(difference, line, alpha, looks, margin, _place(relation, margin)))
    return despite_sign(verdicts[0], verdicts[1], baseline, alpha, looks)


def _place(relation: Claimed, margin: float) -> str:
    side = "below" if relation in ("less", "not less") else "above"
    return f"{margin:.3g} {side} the baseline" if margin else "the baseline"
