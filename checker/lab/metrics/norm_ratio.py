"""Token norm ratio: how far the largest patch token of an image stands out by its norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric
from checker.lab.metrics.base import patch_tokens

if TYPE_CHECKING:
    from torch import Tensor


@metric(
    "norm_ratio",
    title="token norm ratio",
    definition="largest norm of an image's patch tokens over their median norm",
    source="Darcet et al. 2024, section 2",
    unit="ratio",
    reads="tokens",
    margin=(0.1, "relative"),
    synonyms=("norm ratio",),
    layers="upper half",
    hints=("norm", "norms", "artifacts", "artefacts", "outliers"),
)
def norm_ratio(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """Largest L2 norm of an image's patch tokens over their median norm.

    The median of an even number of norms is the mean of the two in the middle.

    tokens: (batch, tokens, width), tokens = prefix + rows * columns. grid: (rows, columns). prefix: tokens before the
    patches. Returns (batch,), a ratio of at least 1; not finite for an image whose median norm is 0.

    Source: the norms of Darcet et al. 2024, section 2, as one number for each image.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    norms: Tensor = torch.linalg.vector_norm(patch_tokens(tokens, grid, prefix), dim=-1, dtype=torch.float64)  # (B, L)
    return norms.amax(-1) / norms.quantile(0.5, dim=-1)
