"""Attention entropy: over how many patches a patch spreads its attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import attention_metric
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@attention_metric(
    "attention_entropy",
    title="attention entropy",
    definition="entropy in nats of a patch's attention over the patches, mean over query patches",
    source="Clark et al. 2019, section 3.3, over patches alone",
    unit="nats",
    unit_words=("nat", "nats"),
    synonyms=("patch attention entropy", "entropy of attention", "entropy of the attention", "attention-map entropy"),
    hints=("selective", "selectively", "focused", "spread", "diffuse", "concentrated", "sharp"),
    class_token="class_attention_entropy",
    loose=(
        ("attends more selectively", "less"),
        ("attends to other patches more selectively", "less"),
        ("attends to patches more selectively", "less"),
        ("is more selective", "less"),
        ("attends more sharply", "less"),
        ("attends more diffusely", "greater"),
        ("attends more uniformly", "greater"),
        ("more selective attention", "less"),
        ("more focused attention", "less"),
        ("more focussed attention", "less"),
        ("sharper attention", "less"),
        ("more concentrated attention", "less"),
        ("more peaked attention", "less"),
        ("more diffuse attention", "greater"),
        ("more uniform attention", "greater"),
        ("more spread-out attention", "greater"),
        ("sharper attention maps", "less"),
        ("more focused attention maps", "less"),
        ("attention is more focused", "less"),
        ("attention is more selective", "less"),
        ("attention is more diffuse", "greater"),
        ("attention is more uniform", "greater"),
        ("attention is sharper", "less"),
    ),
)
def attention_entropy(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Entropy of a patch's attention over the patches, mean over query patches, in nats.

    With q_ij the attention of patch i on patch j divided by the row's sum over patches, the value is
    mean_i sum_j -q_ij ln q_ij, where 0 ln 0 = 0: 0 where every patch looks at a single one, ln L where attention is uniform
    over the L patches. Rows whose whole mass lies on the prefix tokens are left out of the mean over i.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, patches in row-major order.
    grid: (rows, columns). patch: not used. prefix: tokens before the patches.
    Returns (batch, heads), nats, double precision; NaN where no row looks at any patch.

    Source: Clark et al. 2019, section 3.3 (entropy of a head's attention), here over patches alone.

    Raises ValueError when the shape does not fit the grid.
    """
    return mean_entropy(patch_attention(attention, grid, prefix))


def mean_entropy(rows: Tensor) -> Tensor:
    """Entropy of weights (..., queries, keys), each row divided by its sum, mean over the rows that have mass.

    Returns (...), nats, double precision; NaN where no row has mass.
    """
    import torch

    shares, count = renormalised(rows)
    terms: Tensor = torch.special.entr(shares)
    return terms.sum((-2, -1), dtype=torch.float64) / count


def renormalised(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (..., queries, keys), at least 0, with each row divided by its sum, in the precision they have.

    Returns the rows, each summing to 1 or, without mass, to 0, and (...) how many have mass. NaN stays NaN and counts, so
    that it reaches the value and is not taken for a row without mass.
    """
    import torch

    mass = rows.sum(-1, keepdim=True, dtype=torch.float64)
    looks = mass != 0
    return rows / mass.where(looks, 1).to(rows), looks.sum((-2, -1))
