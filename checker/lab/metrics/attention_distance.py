"""Attention distance: how far, in pixels, a patch looks on average."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import attention_metric
from checker.lab.metrics.base import patch_attention

if TYPE_CHECKING:
    from torch import Tensor


@attention_metric(
    "attention_distance",
    title="attention distance",
    definition="mean distance in pixels between a query patch and the patches it attends to",
    source="Raghu et al. 2021; Dosovitskiy et al. 2021, appendix D.7",
    unit="px",
    unit_words=("px", "pixel", "pixels"),
    synonyms=("attention span", "attention range", "distance of attention", "attention reach"),
    comparatives=(
        ("shorter", "less"),
        ("smaller", "less"),
        ("lower", "less"),
        ("longer", "greater"),
        ("larger", "greater"),
        ("greater", "greater"),
        ("higher", "greater"),
        ("wider", "greater"),
        ("broader", "greater"),
        ("narrower", "less"),
    ),
    predicates=(
        ("captures longer-range patterns", "greater"),
        ("capture longer-range patterns", "greater"),
        ("captures longer-range dependencies", "greater"),
        ("capture longer-range dependencies", "greater"),
        ("captures shorter-range patterns", "less"),
        ("capture shorter-range patterns", "less"),
        ("attends to closer patches", "less"),
        ("attend to closer patches", "less"),
        ("attends to nearer patches", "less"),
        ("attend to nearer patches", "less"),
        ("attends to more distant patches", "greater"),
        ("attend to more distant patches", "greater"),
        ("attends to farther patches", "greater"),
        ("attend to farther patches", "greater"),
    ),
    hints=(
        "local",
        "locally",
        "global",
        "globally",
        "range",
        "long-range",
        "short-range",
        "span",
        "context",
        "reach",
        "far",
        "near",
        "nearby",
    ),
    loose=(
        ("attends more locally", "less"),
        ("attends more globally", "greater"),
        ("is more local", "less"),
        ("is more global", "greater"),
        ("has a more local attention", "less"),
        ("more local attention maps", "less"),
        ("more global attention maps", "greater"),
        ("more global attention", "greater"),
        ("captures more local patterns", "less"),
        ("captures more global patterns", "greater"),
        ("captures long-range patterns", "greater"),
        ("captures long-range dependencies", "greater"),
        ("captures longer-range global patterns", "greater"),
        ("captures longer-range context", "greater"),
        ("captures longer-range relationships", "greater"),
        ("captures longer-range interactions", "greater"),
        ("attention is more local", "less"),
        ("attention is more global", "greater"),
        ("stronger locality bias", "less"),
        ("weaker locality bias", "greater"),
        ("has a larger receptive field", "greater"),
        ("has a smaller receptive field", "less"),
    ),
)
def attention_distance(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Mean distance between a query patch and what it attends to, in pixels.

    With p_ij the attention of patch i on patch j and d_ij the distance between their centres,
    the value is mean_i sum_j p_ij d_ij / sum_j p_ij: class and register tokens are dropped as queries and as keys, and
    each row is renormalised over the patches. The distance of a patch to itself is 0. A row whose whole mass lies on the
    prefix tokens looks at no patch and is left out of the mean over i.

    attention: (batch, heads, tokens, tokens), rows summing to 1, tokens = prefix + rows * columns, patches in row-major
    order. grid: (rows, columns). patch: edge of a patch in pixels. prefix: tokens before the patches.
    Returns (batch, heads), pixels; NaN where no row looks at any patch.

    Source: Raghu et al. 2021, section 4 and figure 3; Dosovitskiy et al. 2021, appendix D.7.

    Raises ValueError when the shape does not fit the grid.
    """

    patches = patch_attention(attention, grid, prefix)
    distance = patch_distances(grid, patch).to(attention)
    mass = patches.sum(-1).double()  # (B, H, L)
    reach = (patches * distance).sum(-1).double()
    found = (reach / mass).where(mass != 0, 0.0)
    return found.sum(-1) / (mass != 0).sum(-1)


def patch_distances(grid: tuple[int, int], patch: int) -> Tensor:
    """Distances between patch centres, row-major: (L, L), pixels, double precision."""
    import torch

    y, x = torch.meshgrid(torch.arange(grid[0]), torch.arange(grid[1]), indexing="ij")
    centres = torch.stack([y.flatten(), x.flatten()], 1).double() * patch
    return torch.cdist(centres, centres, compute_mode="donot_use_mm_for_euclid_dist")
