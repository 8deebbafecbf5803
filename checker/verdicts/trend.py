"""Does a metric rise (or fall) over the depth of a network?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.contrast import contrast, decide
from checker.verdicts.line import Claimed, draw_line
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def trend(
    values: ArrayLike,
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: int = 1,
    positions: Sequence[float] | None = None,
) -> Verdict:
    """Decide "the metric increases (decreases) with depth by more than `margin`" from values (seeds, layers, images).

    The effect is the slope of a straight line through the layers, fitted by least squares for each seed and image, and its mean
    over them: in the metric's unit per depth of the network, because the first layer stands at 0 and the last at 1.
    `positions` says where the layers stand when they are not all of the network's: the upper half of six is at 0.6, 0.8, 1.
    The slopes, (seeds, images), are decided like the mean in `threshold`, so layers are never replicates. "Does not increase" is
    "not greater": the slope is at most the margin, which a constant metric fulfils; "decreases" is "less". A slope is about the
    straight line, not about every step.

    Raises MeasurementError for NaN or Inf (naming the layer), fewer than two layers, positions that do not grow from 0 to 1, or
    zero variance.
    """
    import numpy as np

    array = measured("the model", values, ("seed", "layer", "image"))
    check_options(alpha, looks)
    check_margin(margin)
    layers = array.shape[1]
    if layers < 2:
        raise MeasurementError("a trend needs at least two layers; there is one")
    depth = np.linspace(0, 1, layers) if positions is None else measured("positions", positions, ("layer",))
    if len(depth) != layers or depth[0] < 0 or depth[-1] > 1 or (np.diff(depth) <= 0).any():
        raise MeasurementError(f"positions {depth.tolist()} for {layers} layers; give one a layer, growing, from 0 to 1")
    away = depth - depth.mean()
    slopes = np.einsum("l,sli->si", away / (away**2).sum(), array)
    line = draw_line(relation, margin)
    place = f"a slope of {line.at:.3g} per depth of the network"
    return decide(contrast({"the model": slopes}, (1,)), line, alpha, looks, margin, place)
