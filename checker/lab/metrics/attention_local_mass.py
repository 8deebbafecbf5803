"""Local attention mass: how much of its attention a patch keeps in its own neighbourhood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import STRENGTH, attention_metric
from checker.lab.metrics.attention_distance import patch_distances
from checker.lab.metrics.attention_entropy import renormalised
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor

RADIUS = 1.5  # patch edges: the query itself and its 8 neighbours, whose centres are at most sqrt(2) edges away


@attention_metric(
    "attention_local_mass",
    title="local attention mass",
    definition="share of a patch's attention on itself and its 8 neighbours, mean over query patches",
    source="own definition, after the attention distance of Raghu et al. 2021, section 4",
    unit="share",
    synonyms=("short-range attention", "local attention", "local attention share"),
    comparatives=STRENGTH,
    hints=("local", "locally", "neighbours", "neighbors", "nearby"),
    loose=(
        ("attends more locally", "greater"),
        ("attends more globally", "less"),
        ("is more local", "greater"),
        ("is more global", "less"),
        ("has a more local attention", "greater"),
        ("more local attention maps", "greater"),
        ("more global attention maps", "less"),
        ("more global attention", "less"),
        ("captures more local patterns", "greater"),
        ("captures more global patterns", "less"),
        ("attention is more local", "greater"),
        ("attention is more global", "less"),
        ("stronger locality bias", "greater"),
        ("weaker locality bias", "less"),
    ),
)
def attention_local_mass(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Share of a patch's attention on the patches around it, itself included, mean over query patches.

    With q_ij the attention of patch i on patch j divided by the row's sum over patches and N_i the patches whose centres are
    within RADIUS patch edges of that of i, the value is mean_i sum_{j in N_i} q_ij. N_i has 9 patches inside the grid, fewer
    at its border. Rows whose whole mass lies on the prefix tokens are left out of the mean over i.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, patches in row-major order.
    grid: (rows, columns). patch: edge of a patch in pixels; no value depends on it. prefix: tokens before the patches.
    Returns (batch, heads), a share from 0 to 1, double precision; NaN where no row looks at any patch.

    Source: own definition, the local counterpart of the attention distance of Raghu et al. 2021, section 4.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    shares, count = renormalised(patch_attention(attention, grid, prefix))
    near = (patch_distances(grid, patch) <= RADIUS * patch).to(shares)
    return (shares * near).sum((-2, -1), dtype=torch.float64) / count
