"""The names of OpenAI's CLIP, which open_clip keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.lab.layouts.base import LAYOUTS, Layout, Tensors, as_tokens, rename

if TYPE_CHECKING:
    from torch import Tensor

WB = r"(weight|bias)"
LAYER = r"transformer\.resblocks\.(\d+)\."
RULES = (
    ("class_embedding", "cls_token"),
    ("positional_embedding", "pos_embed"),
    (r"conv1\." + WB, r"patch_embed.proj.\1"),
    (r"ln_pre\." + WB, r"norm_pre.\1"),
    (r"ln_post\." + WB, r"norm.\1"),
    (LAYER + r"attn\.in_proj_" + WB, r"blocks.\1.attn.qkv.\2"),
    (LAYER + r"attn\.out_proj\." + WB, r"blocks.\1.attn.proj.\2"),
    (LAYER + r"ln_([12])\." + WB, r"blocks.\1.norm\2.\3"),
    (LAYER + r"mlp\.c_fc\." + WB, r"blocks.\1.mlp.fc1.\2"),
    (LAYER + r"mlp\.c_proj\." + WB, r"blocks.\1.mlp.fc2.\2"),
    (LAYER + r"ls_([12])\.gamma", r"blocks.\1.ls\2.gamma"),
)
HEAD_WIDTH = 64  # of the vision towers of open_clip where their configuration names no other


def translate(tensors: Tensors) -> dict[str, Tensor]:
    return as_tokens(rename(tensors, RULES))


def arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """What an open_clip_config.json says that the weights do not; {} where it is no such file."""
    model = config.get("model_cfg")
    vision = model.get("vision_cfg") if isinstance(model, dict) else None
    if not isinstance(model, dict) or not isinstance(vision, dict):
        return {}
    found: dict[str, Any] = {"act_layer": "quick_gelu" if model.get("quick_gelu") else "gelu", "norm_eps": 1e-5}
    width = vision.get("width")
    if isinstance(width, int):
        found["num_heads"] = width // int(vision.get("head_width", HEAD_WIDTH))
    return found


LAYOUTS.register("clip")(
    Layout("clip", "conv1.weight", translate, ("class_embedding", "transformer.resblocks.0.ln_1.weight"), arguments)
)
