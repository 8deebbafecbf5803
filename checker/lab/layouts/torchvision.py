"""The names of torchvision's vision transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.layouts.base import LAYOUTS, Layout, Tensors, as_tokens, rename

if TYPE_CHECKING:
    from torch import Tensor

WB = r"(weight|bias)"
LAYER = r"encoder\.layers\.encoder_layer_(\d+)\."
RULES = (
    ("class_token", "cls_token"),
    (r"encoder\.pos_embedding", "pos_embed"),
    (r"conv_proj\." + WB, r"patch_embed.proj.\1"),
    (r"encoder\.ln\." + WB, r"norm.\1"),
    (LAYER + r"self_attention\.in_proj_" + WB, r"blocks.\1.attn.qkv.\2"),
    (LAYER + r"self_attention\.out_proj\." + WB, r"blocks.\1.attn.proj.\2"),
    (LAYER + r"ln_([12])\." + WB, r"blocks.\1.norm\2.\3"),
    (LAYER + r"mlp\.(?:0|linear_1)\." + WB, r"blocks.\1.mlp.fc1.\2"),
    (LAYER + r"mlp\.(?:3|linear_2)\." + WB, r"blocks.\1.mlp.fc2.\2"),
)


def translate(tensors: Tensors) -> dict[str, Tensor]:
    return as_tokens(rename(tensors, RULES))


LAYOUTS.register("torchvision")(Layout("torchvision", "conv_proj.weight", translate, ("encoder.pos_embedding",)))
