"""Token norm ratio: how far the largest patch token of an image stands out by its norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric, patch_tokens
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor


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


METRICS.register("norm_ratio")(
    Metric(
        word=MetricWord(
            name="norm_ratio",
            title="token norm ratio",
            unit="ratio",
            unit_words=("ratio",),
            synonyms=("norm ratio",),
            comparatives=(
                ("higher", "greater"),
                ("larger", "greater"),
                ("greater", "greater"),
                ("lower", "less"),
                ("smaller", "less"),
            ),
            margin=MarginWord(0.1, "relative"),
            layers="upper half",
            hints=("norm", "norms", "artifacts", "artefacts", "outliers"),
        ),
        definition="largest norm of an image's patch tokens over their median norm",
        source="Darcet et al. 2024, section 2",
        reads="tokens",
        measure=norm_ratio,
    )
)
