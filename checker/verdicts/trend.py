"""Does a metric rise (or fall) over the depth of a network, or over a setting of its training?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.answers import Answers, AnswersOption, seen
from checker.verdicts.contrast import Contrast, contrast
from checker.verdicts.estimate import Estimate, decide
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.share import despite_sign
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def trend(
    values: ArrayLike,
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    positions: Sequence[float] | None = None,
    relative: float | None = None,
    answers: AnswersOption = "seen",
    course: str = "depth of the network",
) -> Verdict:
    """Decide "the metric increases (decreases) with depth by more than `margin`" from values (seeds, layers, images).

    The effect is the slope of a straight line through the layers, fitted by least squares for each seed and image, and its mean
    over them: in the metric's unit per depth of the network, because the first layer stands at 0 and the last at 1.
    `positions` says where the layers stand when they are not all of the network's: the upper half of six is at 0.6, 0.8, 1.
    The slopes, (seeds, images), are decided like the mean in `threshold`, so layers are never replicates. "Does not increase" is
    "not greater": the slope is at most the margin, which a constant metric fulfils; "decreases" is "less". A slope is about the
    straight line, not about every step.

    `course` names another course than the depth, such as the levels of a setting: then they take the place of layers, and
    `positions` says how far apart they are. The models of one seed count as one, which asks nothing of how alike they are.

    `relative`, instead of `margin`, is a margin as a share of the size of the mean over the layers. That mean is measured too,
    so the interval is that of the slope minus this share of the mean, as beside a relative margin in `compare`.

    Raises MeasurementError for NaN or Inf (naming the layer), fewer than two layers, positions that do not grow from 0 to 1,
    zero variance (unless values are answers), or both a margin and a relative one.
    """
    import numpy as np

    array = measured("the model", values, ("seed", "layer", "image"))
    check_options(alpha, looks)
    check_margin(margin, relative)
    layers = array.shape[1]
    if layers < 2:
        raise MeasurementError("a trend needs at least two layers; there is one")
    depth = np.linspace(0, 1, layers) if positions is None else measured("positions", positions, ("layer",))
    if len(depth) != layers or depth[0] < 0 or depth[-1] > 1 or (np.diff(depth) <= 0).any():
        raise MeasurementError(f"positions {depth.tolist()} for {layers} layers; give one a layer, growing, from 0 to 1")
    away = depth - depth.mean()
    slope = away / (away**2).sum()
    mean = np.full(layers, 1 / layers)
    return course_of(
        array, slope, relation, margin, alpha, looks, relative, answers, lambda at: f"a slope of {at:.3g} per {course}", mean
    )


def course_of(
    array: NDArray[Any],
    weights: NDArray[Any],
    relation: Claimed,
    margin: float,
    alpha: float,
    looks: Looks,
    relative: float | None,
    answers: AnswersOption,
    place: Callable[[float], str],
    level: NDArray[Any],
) -> Verdict:
    """Decide that the weighted sum over layers of (seeds, layers, images) is `relation` than nothing by more than `margin`, or by
    more than the share `relative` of the size of the sum with the weights `level`. `place` names a line in words."""
    answers = seen(answers, array)
    if relative is None:
        line = draw_line(relation, margin)
        return decide(_over_layers(array, weights, answers), line, alpha, looks, margin, place(line.at))
    rise, whole = _over_layers(array, weights, answers), _over_layers(array, level, answers)
    margin = relative * abs(whole.effect)
    verdicts = []
    for size in (margin, -margin):  # with the sign that this level has, and with the other
        line = draw_line(relation, size)
        share = draw_line(relation, math.copysign(relative, size * whole.effect)).at
        beside = _over_layers(array, weights - share * level, answers).around(rise.effect)
        verdicts.append(decide(beside, line, alpha, looks, margin, place(line.at)))
    return despite_sign(verdicts[0], verdicts[1], whole, alpha, looks)


def _over_layers(array: NDArray[Any], weights: NDArray[Any], answers: Answers | None) -> Estimate:
    """The weighted sum over layers of (seeds, layers, images); with fixed answers a layer counts like a model of its own."""
    import numpy as np

    found = contrast({"the model": np.einsum("l,sli->si", weights, array)}, (1,))
    if answers is None or (isinstance(found, Contrast) and found.seed_variances and found.varies):
        return found
    return contrast({f"layer {place}": array[:, place] for place in range(array.shape[1])}, weights.tolist(), answers)
