"""Attention head deviation: how much the heads of a block differ in where they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.metric import AMOUNT, metric
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@metric(
    "head_deviation",
    title="attention head deviation",
    definition="standard deviation over heads of the attention between two patches, mean over pairs of patches",
    source="Walmer et al. 2023",
    unit="share",
    reads="attention",
    margin=(0.05, "relative"),
    synonyms=("head deviation",),
    comparatives=AMOUNT,
    layers="upper half",
    heads=False,  # it is of how they differ
    loose=(
        ("more diverse heads", "greater"),
        ("more diverse attention heads", "greater"),
        ("heads are more diverse", "greater"),
        ("attention heads are more diverse", "greater"),
        ("more homogeneous heads", "less"),
        ("more homogeneous attention heads", "less"),
        ("heads are more homogeneous", "less"),
        ("head diversity", ""),
        ("diversity of heads", ""),
        ("more redundant heads", "less"),
        ("heads are more redundant", "less"),
        ("heads are more alike", "less"),
    ),
)
def head_deviation(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Standard deviation over heads of the attention of one patch on another, mean over both patches.

    With p_hij the attention of patch i on patch j in head h of H, as it is, and m_ij its mean over heads, the value is
    mean_ij sqrt(sum_h (p_hij - m_ij)^2 / (H - 1)). Nothing is renormalised: heads also differ by how much of their attention
    goes to the prefix tokens. 0 where all heads are alike.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, patches in row-major order.
    grid: (rows, columns). patch: not used. prefix: tokens before the patches.
    Returns (batch,), a share of attention, double precision.

    Source: Walmer et al. 2023, "Teaching Matters: Investigating the Role of Supervision in Vision Transformers" (as in their
    code, class HeadDeviation).

    Raises ValueError when the shape does not fit the grid, MeasurementError for a single head.
    """
    import torch

    patches = patch_attention(attention, grid, prefix)
    if patches.shape[1] < 2:
        raise MeasurementError("the model has one head in a block; attention head deviation needs at least two")
    return patches.std(1).mean((-2, -1), dtype=torch.float64)
