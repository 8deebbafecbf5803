"""Attention offset: how far from themselves, in one common direction, all patches look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import attention_metric
from checker.lab.metrics.attention_entropy import renormalised
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@attention_metric(
    "attention_offset",
    title="attention offset",
    definition="length of the mean displacement from a patch to what it looks at, in pixels, averaged over heads",
    source="Walmer et al. 2023, section 4 (offset local attention heads)",
    unit="px",
    unit_words=("px", "pixel", "pixels"),
    synonyms=("average attention offset", "fixed attention offset"),
    hints=("offset", "offsets", "fixed-offset", "neighbour", "neighbor"),
    grows_with_grid=False,
)
def attention_offset(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Length of the mean displacement of attention over all patches, in pixels.

    With q_ij the attention of patch i on patch j divided by its sum over patches, and c_j the centre of patch j, the value is
    |mean_i sum_j q_ij (c_j - c_i)|. A head whose patches all look at the same neighbour has the distance to that neighbour, a
    head that looks in all directions alike 0, however far it looks: uniform attention is 0, and so is attention to self. Rows
    whose whole mass lies on the prefix tokens are left out of the mean.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, patches in row-major order.
    grid: (rows, columns). patch: edge of a patch in pixels. prefix: tokens before the patches.
    Returns (batch, heads), pixels, double precision; NaN where no row looks at any patch.

    Source: Walmer et al. 2023, "Teaching Matters", offset local attention heads (in their code AvgAlignedAttentionOnToken and
    average_att_offset, which take the mean over images before the length, and divide by the edge of the grid).

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    shares, count = renormalised(patch_attention(attention, grid, prefix))
    rows, columns = torch.meshgrid(torch.arange(grid[0]), torch.arange(grid[1]), indexing="ij")
    centres = torch.stack([rows, columns], -1).reshape(-1, 2).to(shares) * patch  # (L, 2)
    looks = shares.sum(-1, keepdim=True)  # 1, or 0 where a row looks at no patch
    moved = (shares @ centres - looks * centres).sum(-2, dtype=torch.float64)  # (B, H, 2)
    length: Tensor = moved.norm(dim=-1) / count
    return length
