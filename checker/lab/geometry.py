"""Whether weights are those of the network that they are said to be: sizes that are compared before anything is loaded.

timm resamples the patches and positions of a file that were made for others, without a word; what comes out is another network
than anybody trained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, Any

from checker.lab.tensors import OPENAI_PATCHES, PATCHES

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = re.compile(r"(?:visual\.transformer\.resblocks|blocks)\.(\d+)\.")
MOST_BEFORE = 17  # class and register tokens that a file may have positions for
POSITIONS = ("pos_embed", "visual.positional_embedding")


@dataclass(frozen=True)
class Geometry:
    """The sizes of a vision transformer: `patch` in pixels, `image` the edge of its pictures in pixels, `positions` how many
    patches have a learned one. None: not known."""

    patch: int | None = None
    width: int | None = None
    depth: int | None = None
    heads: int | None = None
    image: int | None = None
    positions: int | None = None

    def differences(self, other: Geometry) -> list[str]:
        """Where two differ in what is known of both, in words, `self` first."""
        found = []
        for name, words in WORDS.items():
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None and mine != theirs:
                found.append(words.format(mine, theirs))
        return found


WORDS = {
    "patch": "patches of {0} x {0} pixels, not {1} x {1}",
    "width": "a width of {}, not {}",
    "depth": "{} blocks, not {}",
    "heads": "{} attention heads, not {}",
    "image": "pictures of {} pixels, not {}",
    "positions": "positions for {} patches, not {}",
}


def of_tensors(tensors: Mapping[str, Tensor], module: Any) -> Geometry:
    """What can be seen in a state dict. Some files have positions for more tokens before the patches than `module`, the network
    that they are for, or for fewer: those of the patches are what counts."""
    weight = tensors.get(PATCHES, tensors.get(OPENAI_PATCHES))
    if weight is None:  # of no transformer
        return Geometry()
    blocks = {int(match[1]) for match in map(BLOCK.match, tensors) if match}
    positions = next((tensors[name] for name in POSITIONS if name in tensors), None)
    return Geometry(
        patch=weight.shape[-1] if weight.ndim == 4 else isqrt(weight.shape[-1] // 3),
        width=weight.shape[0],
        depth=len(blocks) or None,
        positions=None if positions is None else _of_patches(positions, module),
    )


def of_module(module: Any) -> Geometry:
    """What a timm transformer is built for; `positions` where it learns them."""
    embed, blocks = getattr(module, "patch_embed", None), getattr(module, "blocks", None)
    positions, image = getattr(module, "pos_embed", None), getattr(embed, "img_size", None)
    patch = getattr(embed, "patch_size", None)
    return Geometry(
        patch=patch[0] if patch else None,
        width=getattr(module, "embed_dim", None),
        depth=None if blocks is None else len(blocks),
        heads=None if blocks is None else getattr(getattr(blocks[0], "attn", None), "num_heads", None),
        image=image[0] if image else None,
        positions=None if positions is None else _of_patches(positions, module),
    )


def _of_patches(positions: Tensor, module: Any) -> int:
    """How many of the learned positions, (tokens, width) or (1, tokens, width), are those of patches: a square number."""
    tokens = int(positions.shape[:-1].numel())
    before = int(getattr(module, "num_prefix_tokens", 1))
    for count in (0 if getattr(module, "no_embed_class", False) else before, *range(MOST_BEFORE)):
        if tokens > count and isqrt(tokens - count) ** 2 == tokens - count:
            return int(tokens - count)
    return tokens
