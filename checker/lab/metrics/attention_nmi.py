"""Attention NMI: how much of where a patch looks is decided by where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import AMOUNT, metric
from checker.lab.metrics.attention_entropy import renormalised
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@metric(
    "attention_nmi",
    title="attention NMI",
    definition="normalised mutual information between query and key positions in the attention between patches",
    source="Park et al. 2023, section 2",
    unit="nmi",
    reads="attention",
    margin=(0.05, "relative"),
    synonyms=(
        "normalised mutual information of attention",
        "normalized mutual information of attention",
        "attention homogeneity",
        "NMI",
    ),
    comparatives=AMOUNT,
    layers="upper half",
    hints=("homogeneous", "homogeneity", "collapse", "same"),
    loose=(
        ("more homogeneous attention", "greater"),
        ("more homogeneous attention maps", "greater"),
        ("attention is more homogeneous", "greater"),
        ("attention maps are more homogeneous", "greater"),
        ("more homogeneous heads", "greater"),
        ("more homogeneous attention heads", "greater"),
        ("heads are more homogeneous", "greater"),
        ("more diverse attention maps", "less"),
        ("more diverse attention", "less"),
        ("attention maps are more diverse", "less"),
        ("attention collapses into homogeneity", "greater"),
        ("collapses into homogeneity", "greater"),
        ("collapses into homogeneity across all query tokens", "greater"),
        ("collapses into homogeneity across all query tokens and heads", "greater"),
        ("collapses into homogeneity across heads", "greater"),
        ("attention collapse", "greater"),
    ),
)
def attention_nmi(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Normalised mutual information between the positions of query patch and key patch.

    With p(q) uniform over the query patches, p(k|q) the attention of q on k divided by the row's sum over patches and
    p(k) = sum_q p(q) p(k|q), the value is I(q; k) / sqrt(H(q) H(k)), where I(q; k) = H(k) - H(k|q). It is 0 where all queries
    look alike (H(k) = 0, all at one key, is taken as 0 too) and 1 where each looks at a key of its own. Rows whose whole mass
    lies on the prefix tokens are left out: p(q) is uniform over the others.

    Rounding of the attention's single precision adds about 1e-7; what would come out below 0 is 0.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, patches in row-major order.
    grid: (rows, columns). patch: not used. prefix: tokens before the patches.
    Returns (batch, heads), from 0 to 1, double precision; NaN where no row looks at any patch.

    Source: Park et al. 2023, "What Do Self-Supervised Vision Transformers Learn?", section 2. (Their notebook adds 1e-8 to
    every weight before it divides, which is left out here.)

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    shares, count = renormalised(patch_attention(attention, grid, prefix))
    key_shares = shares.sum(-2, dtype=torch.float64) / count[..., None]  # p(k)
    of_keys = torch.special.entr(key_shares).sum(-1)
    of_keys_given_query = torch.special.entr(shares).sum((-2, -1), dtype=torch.float64) / count
    information: Tensor = (of_keys - of_keys_given_query).clamp(min=0)
    bound: Tensor = (count.double().log() * of_keys).sqrt()
    return (information / bound).where(bound != 0, 0)
