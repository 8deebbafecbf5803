"""The names of OpenMMLab's vision transformers (mmpretrain, mmselfsup, mmcls)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.layouts.base import LAYOUTS, Layout, Tensors, as_tokens, fuse, rename

if TYPE_CHECKING:
    from torch import Tensor

WB = r"(weight|bias)"
LAYER = r"layers\.(\d+)\."
RULES = (
    (r"patch_embed\.projection\." + WB, r"patch_embed.proj.\1"),
    (r"pre_norm\." + WB, r"norm_pre.\1"),
    (r"(?:ln1|norm1)\." + WB, r"norm.\1"),
    (r"(?:ln2|norm2)\." + WB, r"fc_norm.\1"),
    (LAYER + r"(?:ln|norm)([12])\." + WB, r"blocks.\1.norm\2.\3"),
    (LAYER + r"attn\.(.*)gamma1\.weight", r"blocks.\1.ls1.gamma"),
    (LAYER + r"ffn\.(.*)gamma2\.weight", r"blocks.\1.ls2.gamma"),
    (LAYER + r"gamma_([12])", r"blocks.\1.ls\2.gamma"),
    (LAYER + r"ffn\.layers\.0\.0\." + WB, r"blocks.\1.mlp.fc1.\2"),
    (LAYER + r"ffn\.layers\.1\." + WB, r"blocks.\1.mlp.fc2.\2"),
    (LAYER + r"(attn\..+)", r"blocks.\1.\2"),
)


def translate(tensors: Tensors) -> dict[str, Tensor]:
    return as_tokens(fuse(rename(tensors, RULES)))


LAYOUTS.register("mmpretrain")(Layout("mmpretrain", "patch_embed.projection.weight", translate))
