"""Attention to self: how much of its attention a patch keeps on itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import STRENGTH, attention_metric
from checker.lab.metrics.attention_entropy import renormalised
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@attention_metric(
    "attention_to_self",
    title="attention to self",
    definition="share of a patch's attention on itself, mean over patches",
    source="Clark et al. 2019, section 3.1, over patches alone",
    unit="share",
    synonyms=("patch attention to itself",),
    comparatives=STRENGTH,
    class_token="class_attention_to_self",
)
def attention_to_self(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Share of a patch's attention on itself, mean over patches.

    With p_ij the attention of patch i on patch j, the value is mean_i p_ii / sum_j p_ij. Rows whose whole mass lies on the
    prefix tokens are left out of the mean over i.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, patches in row-major order.
    grid: (rows, columns). patch: not used. prefix: tokens before the patches.
    Returns (batch, heads), a share from 0 to 1, double precision; NaN where no row looks at any patch.

    Source: Clark et al. 2019, section 3.1 (attention to the current token), here over patches alone.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    shares, count = renormalised(patch_attention(attention, grid, prefix))
    return shares.diagonal(dim1=-2, dim2=-1).sum(-1, dtype=torch.float64) / count
