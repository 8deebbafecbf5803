"""Rotation equivariance error: how far token maps are from turning along when the picture turns by 90 degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import AMOUNT, metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "rotation_error",
    title="rotation equivariance error",
    definition="mean squared change of patch tokens when the picture turns by 90 degrees, as a share of unrelated tokens'",
    source="after Lenc and Vedaldi 2015, section 3",
    unit="share",
    reads="model",
    needs=("tokens",),
    margin=(0.05, "relative"),
    synonyms=("rotation error",),
    layers="upper half",
    hints=("rotation", "rotated", "equivariant", "equivariance", "invariant"),
    adjectives=(("equivariant to rotation", "less"), ("equivariant to rotations", "less")),
    comparatives=AMOUNT,
    loose=(
        ("is more rotation equivariant", "less"),
        ("is more rotation-equivariant", "less"),
        ("more rotation-equivariant features", "less"),
    ),
)
def rotation_error(subject: Subject) -> Tensor:
    """Mean squared difference of token maps of a picture and of the same one turned by 90 degrees, as a share of unrelated maps'.

    The prepared picture is turned anticlockwise, and its map of patch tokens after each block is turned back. With a and b
    the tokens of the picture at rest and of the turned one at the same place, the value is mean (a - b)^2 / (2 v), over
    channels and positions; v is the block's variance of tokens at rest about their mean over images and positions.
    0 is equivariant; unrelated maps of the same distribution give about 1.

    Returns (depth, images); NaN in a block whose tokens are all the same.

    Source: equivariance as in Lenc and Vedaldi 2015, section 3, with the map between representations given by the motion;
    the normalisation is our own.
    """
    import torch

    from checker.lab.equivariance import Motion, equivariance_error

    turn = Motion(lambda pictures: torch.rot90(pictures, 1, (2, 3)), lambda rest, moved: (rest, torch.rot90(moved, -1, (1, 2))))
    return equivariance_error(subject, (turn,))
