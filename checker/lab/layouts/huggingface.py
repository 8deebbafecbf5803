"""The names of transformers: ViT, DeiT, ViTMAE, ViTMSN, I-JEPA, DINOv2 (with registers), BEiT, data2vec, CLIP, SigLIP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.layouts.base import LAYOUTS, Layout, Tensors, as_tokens, fuse, rename

if TYPE_CHECKING:
    from torch import Tensor

LAYER = r"encoder\.layers?\.(\d+)\."
WB = r"(weight|bias)"
VIT = (
    (r"embeddings\.cls_token", "cls_token"),
    (r"embeddings\.distillation_token", "dist_token"),
    (r"embeddings\.register_tokens", "reg_token"),
    (r"embeddings\.mask_token", "mask_token"),
    (r"embeddings\.position_embeddings", "pos_embed"),
    (r"embeddings\.patch_embeddings\.projection\." + WB, r"patch_embed.proj.\1"),
    (LAYER + r"attention\.attention\.(q)uery\." + WB, r"blocks.\1.attn.\2.\3"),
    (LAYER + r"attention\.attention\.(k)ey\." + WB, r"blocks.\1.attn.\2.\3"),
    (LAYER + r"attention\.attention\.(v)alue\." + WB, r"blocks.\1.attn.\2.\3"),
    (
        LAYER + r"attention\.attention\.relative_position_bias\.relative_position_bias_table",
        r"blocks.\1.attn.relative_position_bias_table",
    ),
    (
        LAYER + r"attention\.attention\.relative_position_bias\.relative_position_index",
        r"blocks.\1.attn.relative_position_index",
    ),
    (r"encoder\.relative_position_bias\.(relative_position_\w+)", r"rel_pos_bias.\1"),
    (LAYER + r"attention\.output\.dense\." + WB, r"blocks.\1.attn.proj.\2"),
    (LAYER + r"(?:layernorm_before|norm1)\." + WB, r"blocks.\1.norm1.\2"),
    (LAYER + r"(?:layernorm_after|norm2)\." + WB, r"blocks.\1.norm2.\2"),
    (LAYER + r"(?:intermediate\.dense|mlp\.fc1|mlp\.weights_in)\." + WB, r"blocks.\1.mlp.fc1.\2"),
    (LAYER + r"(?:output\.dense|mlp\.fc2|mlp\.weights_out)\." + WB, r"blocks.\1.mlp.fc2.\2"),
    (LAYER + r"(?:layer_scale1\.lambda1|lambda_1)", r"blocks.\1.ls1.gamma"),
    (LAYER + r"(?:layer_scale2\.lambda1|lambda_2)", r"blocks.\1.ls2.gamma"),
    (r"layernorm\." + WB, r"norm.\1"),
    (r"pooler\.layernorm\." + WB, r"fc_norm.\1"),
)
CLIP = (
    (r"embeddings\.class_embedding", "cls_token"),
    (r"embeddings\.patch_embedding\." + WB, r"patch_embed.proj.\1"),
    (r"embeddings\.position_embedding\.weight", "pos_embed"),
    (r"pre_layrnorm\." + WB, r"norm_pre.\1"),
    (LAYER + r"self_attn\.([qkv])_proj\." + WB, r"blocks.\1.attn.\2.\3"),
    (LAYER + r"self_attn\.out_proj\." + WB, r"blocks.\1.attn.proj.\2"),
    (LAYER + r"layer_norm([12])\." + WB, r"blocks.\1.norm\2.\3"),
    (LAYER + r"mlp\.fc([12])\." + WB, r"blocks.\1.mlp.fc\2.\3"),
    (r"post_layernorm\." + WB, r"norm.\1"),
)
ACTIVATIONS = {  # as transformers and as timm call them
    "gelu": "gelu",
    "gelu_pytorch_tanh": "gelu_tanh",
    "gelu_new": "gelu_tanh",
    "quick_gelu": "quick_gelu",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
}


def _vit(tensors: Tensors) -> dict[str, Tensor]:
    found = {name: tensor for name, tensor in tensors.items() if not name.startswith("pooler.dense.")}
    return as_tokens(fuse(rename(found, VIT)))


def _clip(tensors: Tensors) -> dict[str, Tensor]:
    found = {name: tensor for name, tensor in tensors.items() if name != "embeddings.position_ids"}
    return as_tokens(fuse(rename(found, CLIP)))


def arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a config.json of transformers says that the weights do not: heads, activation and epsilon of the norm layers; {} where
    it is no such file. Raises MeasurementError for an activation that timm has not, and for a network that ends early."""
    if "model_type" not in config:
        return {}
    vision = config.get("vision_config")
    config = {**config, **vision} if isinstance(vision, dict) else config
    found: dict[str, Any] = {}
    for mine, theirs in (("num_heads", "num_attention_heads"), ("norm_eps", "layer_norm_eps")):
        value = config.get(theirs)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[mine] = value
    activation = config.get("hidden_act")
    if activation is not None:
        if activation not in ACTIVATIONS:
            raise MeasurementError(f"its config.json has the activation {activation!r}, which is not known here")
        found["act_layer"] = ACTIVATIONS[activation]
    return found


LAYOUTS.register("transformers")(
    Layout("transformers", "embeddings.patch_embeddings.projection.weight", _vit, arguments=arguments)
)
LAYOUTS.register("transformers-clip")(
    Layout("transformers-clip", "embeddings.patch_embedding.weight", _clip, arguments=arguments)
)
