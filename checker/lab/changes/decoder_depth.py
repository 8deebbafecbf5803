"""Decoder depth: how many transformer blocks restore the hidden patches from what the encoder made of the others."""

from __future__ import annotations

from typing import Any

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting

DEPTH = {"mae": 2}  # of the decoder of each objective that has one


def rebuild(objective: Any, depth: Setting) -> None:
    """Give an objective a decoder of `depth` blocks, freshly initialised, of the width and heads that its own one has."""
    from timm.models.vision_transformer import Block
    from torch import nn

    *blocks, norm = objective.decoder
    width, heads = norm.normalized_shape[0], blocks[0].attn.num_heads
    objective.decoder = nn.Sequential(*[Block(width, heads, qkv_bias=True) for _ in range(int(depth))], norm)


def default(recipe: Recipe) -> Setting | None:
    return DEPTH.get(recipe.objective)


add(
    Knob(
        name="decoder depth",
        title="how many blocks the decoder of a masked autoencoder has (He et al. 2022, table 1a)",
        least=0,
        most=8,
        module=__name__,
        rising=("deeper the decoder",),
        levels=(1, 2, 4, 8),
        phrases=(
            "with {} decoder blocks",
            "with {} decoder layers",
            "with a {}-block decoder",
            "with a {}-layer decoder",
            "with a decoder of depth {}",
            "with a decoder of {} blocks",
            "with a decoder of {} layers",
        ),
        synonyms=("depth of the decoder", "decoder blocks"),
        default=default,
        lacks="no decoder",
        rebuild=rebuild,
    )
)
