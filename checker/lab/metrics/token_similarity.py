"""Token similarity: how alike in direction the patch tokens of an image are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric
from checker.lab.metrics.base import patch_tokens

if TYPE_CHECKING:
    from torch import Tensor


@metric(
    "token_similarity",
    title="token similarity",
    definition="mean cosine similarity between two different patch tokens of an image",
    source="after Gong et al. 2021",
    unit="cosine",
    reads="tokens",
    margin=(0.05, "cosine"),
    synonyms=("patch token similarity",),
    layers="upper half",
    hints=("similar", "collapse", "diverse", "oversmoothing", "smoothing"),
    loose=(
        ("more homogeneous tokens", "greater"),
        ("more similar tokens", "greater"),
        ("tokens are more similar", "greater"),
        ("tokens are more similar to each other", "greater"),
        ("tokens are more alike", "greater"),
        ("more diverse tokens", "less"),
        ("oversmoothing", ""),
        ("over-smoothing", ""),
        ("suffers more from over-smoothing", "greater"),
        ("suffers more from oversmoothing", "greater"),
        ("is more collapsed", "greater"),
        ("more collapsed tokens", "greater"),
    ),
)
def token_similarity(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """Mean cosine similarity between two different patch tokens of an image.

    With u_i the L patch tokens divided by their L2 norms, not centred, it is mean_{i != j} u_i . u_j, taken as
    (|sum_i u_i|^2 - L) / (L (L - 1)), so no L x L matrix is made.

    tokens: (batch, tokens, width), tokens = prefix + rows * columns. grid: (rows, columns). prefix: tokens before the
    patches. Returns (batch,), a cosine from -1 / (L - 1) to 1; NaN for an image with a token of norm 0 or a single patch.

    Source: after Gong et al. 2021 ("Vision Transformers with Patch Diversification"), who take absolute values.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    patches = patch_tokens(tokens, grid, prefix)
    count = patches.shape[1]
    units: Tensor = patches / torch.linalg.vector_norm(patches, dim=-1, keepdim=True, dtype=torch.float64)
    return (units.sum(1).square().sum(-1) - count) / (count * (count - 1))
