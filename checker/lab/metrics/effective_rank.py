"""Effective rank: over how many dimensions the patch tokens of an image spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric
from checker.lab.metrics.base import patch_tokens

if TYPE_CHECKING:
    from torch import Tensor


@metric(
    "effective_rank",
    title="effective rank",
    definition="exponential of the entropy of the normalised singular values of an image's centred patch tokens",
    source="Roy and Vetterli 2007",
    unit="dimensions",
    unit_words=("dimension", "dimensions"),
    reads="tokens",
    margin=(0.05, "relative"),
    synonyms=("token effective rank",),
    layers="upper half",
    hints=("rank", "spectrum", "dimensional", "collapse", "diverse", "diversity"),
    loose=(
        ("is more low-rank", "less"),
        ("more low-rank features", "less"),
        ("more low-rank representations", "less"),
        ("lower-rank features", "less"),
        ("lower-rank representations", "less"),
        ("higher-rank features", "greater"),
        ("higher-rank representations", "greater"),
        ("low-rank features", "less"),
        ("low-rank representations", "less"),
        ("is low-rank", "less"),
        ("rank", ""),
        ("feature rank", ""),
        ("representation rank", ""),
        ("dimensional collapse", "less"),
        ("has more collapsed features", "less"),
        ("more collapsed features", "less"),
        ("more collapsed representations", "less"),
        ("is more collapsed", "less"),
        ("suffers more from dimensional collapse", "less"),
        ("more diverse tokens", "greater"),
        ("higher-dimensional features", "greater"),
    ),
)
def effective_rank(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """exp(-sum_k p_k ln p_k), with p the `singular_spectrum` of the image: r for r equal singular values.

    Returns (batch,), dimensions, from 1 to min(L - 1, width); NaN where the spectrum is.

    Source: Roy and Vetterli 2007, the effective rank, of tokens centred within their image.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    terms: Tensor = torch.special.entr(singular_spectrum(tokens, grid, prefix))
    return terms.sum(-1).exp()


def singular_spectrum(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """Singular values of an image's patch tokens (L, width) minus their mean token, divided by their sum.

    tokens: (batch, tokens, width), tokens = prefix + rows * columns. grid: (rows, columns). prefix: tokens before the
    patches. Returns (batch, min(L, width)), falling, summing to 1, double precision; NaN for an image whose patch tokens are
    all the same or not all finite.

    Source: Roy and Vetterli 2007.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    patches = patch_tokens(tokens, grid, prefix).double()
    centred = patches - patches.mean(1, keepdim=True)
    finite = centred.isfinite().all(2, keepdim=True).all(1, keepdim=True)
    values: Tensor = torch.linalg.svdvals(centred.where(finite, 0))  # which raises for what is not finite; zeros end as NaN
    return values / values.sum(-1, keepdim=True)
