"""Translation equivariance error: how far token maps are from moving along when the picture moves by one patch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.metric import AMOUNT, metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "translation_error",
    title="translation equivariance error",
    definition="mean squared change of patch tokens when their content moves by one patch, as a share of unrelated tokens'",
    source="after Lenc and Vedaldi 2015, section 3",
    unit="share",
    reads="model",
    needs=("tokens",),
    margin=(0.05, "relative"),
    synonyms=("translation error",),
    layers="upper half",
    hints=("translation", "shift", "shifts", "equivariant", "equivariance", "invariant"),
    adjectives=(
        ("equivariant to translation", "less"),
        ("equivariant to translations", "less"),
        ("equivariant to shifts", "less"),
    ),
    comparatives=AMOUNT,
    loose=(
        ("is more translation equivariant", "less"),
        ("is more translation-equivariant", "less"),
        ("is more shift-equivariant", "less"),
        ("is more shift equivariant", "less"),
        ("more translation-equivariant features", "less"),
    ),
)
def translation_error(subject: Subject) -> Tensor:
    """Mean squared difference of token maps that show the same content one patch apart, as a share of unrelated maps'.

    The prepared picture is rolled by one patch edge, once down and once to the right, and its patch tokens after each block
    are compared with those of the picture at rest, one patch further back. The row or column of tokens that has wrapped
    around is left out, and so is the one beside it, whose neighbour it is. With a and b such a pair of tokens, the value is
    mean (a - b)^2 / (2 v), over channels, positions and the two directions; v is the block's variance of tokens at rest
    about their mean over images and positions. 0 is equivariant; unrelated maps of the same distribution give about 1.

    Returns (depth, images); NaN in a block whose tokens are all the same.

    Source: equivariance as in Lenc and Vedaldi 2015, section 3, with the map between representations given by the motion;
    the normalisation is our own.

    Raises MeasurementError for a grid of fewer than 3 x 3 patches.
    """
    from checker.lab.equivariance import Motion, equivariance_error

    patch, side = subject.encoder.patch, subject.encoder.grid[0]
    if side < 3:
        raise MeasurementError(f"{subject.encoder.name}: no tokens are left to compare on a grid of {side} x {side} patches")
    down = Motion(lambda pictures: pictures.roll(patch, 2), lambda rest, moved: (rest[:, 1:-1], moved[:, 2:]))
    right = Motion(lambda pictures: pictures.roll(patch, 3), lambda rest, moved: (rest[:, :, 1:-1], moved[:, :, 2:]))
    return equivariance_error(subject, (down, right))
