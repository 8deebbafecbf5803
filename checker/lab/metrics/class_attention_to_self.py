"""Class-token attention to itself: how much of what the class token reads is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.metric import STRENGTH, attention_metric
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@attention_metric(
    "class_attention_to_self",
    title="class-token attention to itself",
    definition="attention of the class token on itself, as it is",
    source="Clark et al. 2019, section 3.1, of the class token alone",
    unit="share",
    synonyms=("CLS attention to itself",),
    comparatives=STRENGTH,
)
def class_attention_to_self(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Attention of the class token on itself, as it is, among all tokens.

    attention: (batch, heads, tokens, tokens), rows summing to 1, tokens = prefix + rows * columns, the class token first.
    grid: (rows, columns). patch: not used. prefix: tokens before the patches.
    Returns (batch, heads), a share from 0 to 1, double precision.

    Source: Clark et al. 2019, section 3.1 (attention to the current token), here of the class token alone.

    Raises ValueError when the shape does not fit the grid, MeasurementError for a model without class token.
    """
    return class_attention(attention, grid, prefix)[:, :, 0, 0].double()


def class_attention(attention: Tensor, grid: tuple[int, int], prefix: int) -> Tensor:
    """The class token's row of attention (batch, heads, tokens, tokens): (batch, heads, 1, tokens), as it is.

    Raises ValueError when the shape does not fit the grid, MeasurementError for a model without class token.
    """
    if prefix < 1:
        raise MeasurementError("the model has no class token; metrics of class-token attention need one")
    patch_attention(attention, grid, prefix)  # checks the shape
    return attention[:, :, :1]
