"""The arguments of timm's model that the tensors of an encoder show, and the name that timm has for such a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isqrt
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = re.compile(r"blocks\.(\d+)\..+")
TABLE = "relative_position_bias_table"
BEIT = "beit_base_patch16_224"  # timm's name for a transformer with relative positions; every size of it is given
SWIGLU = "vit_giant_patch14_dinov2"  # and for one whose MLPs are gated
DISTILLED = "deit_base_distilled_patch16_224"  # and for one with a distillation token
SCALE = 1e-5  # with which layer scales begin before the file's own are loaded
STANDARD = {  # widths and depths that timm has names for, with the usual number of heads
    (192, 12): ("tiny", 3),
    (384, 12): ("small", 6),
    (768, 12): ("base", 12),
    (1024, 24): ("large", 16),
    (1280, 32): ("huge", 16),
    (1408, 40): ("giant", 16),
    (1536, 40): ("giant", 24),
}
FORMS = (  # of the names of timm's transformers, in the order in which they are tried
    *("vit_{0}_patch{1}_{2}", "vit_{0}_patch{1}_224", "vit_{0}_patch{1}_dinov2", "vit_{0}_patch{1}_reg4_dinov2"),
    *(
        "vit_{0}_patch{1}_gap_224",
        "vit_{0}_patch{1}_clip_{2}",
        "vit_{0}_patch{1}_clip_224",
        "vit_{0}_patch{1}_clip_quickgelu_224",
    ),
    *("vit_{0}_patch{1}_siglip_{2}", "vit_{0}_patch{1}_siglip_224", "deit3_{0}_patch{1}_224"),
)
RESNETS = {  # blocks of each stage and the kind of block
    (2, 2, 2, 2, "basic"): "resnet18",
    (3, 4, 6, 3, "basic"): "resnet34",
    (3, 4, 6, 3, "bottleneck"): "resnet50",
    (3, 4, 23, 3, "bottleneck"): "resnet101",
    (3, 8, 36, 3, "bottleneck"): "resnet152",
}


def sizes(parts: Mapping[str, Tensor]) -> tuple[str, dict[str, Any]]:
    """The architecture ("" for timm's plain VisionTransformer) and those of its arguments that are not its defaults, of tensors
    under the names of timm. The number of heads is among them only where a table shows it.

    Raises MeasurementError for a network that is neither a plain vision transformer nor a known residual network.
    """
    if "conv1.weight" in parts:
        return _resnet(parts), {}
    weight = parts["patch_embed.proj.weight"]
    if weight.ndim != 4 or weight.shape[1] != 3 or weight.shape[2] != weight.shape[3]:
        shape = " x ".join(map(str, weight.shape))
        raise MeasurementError(f"its patch embedding is {shape}, not that of square patches of pictures with three channels")
    depth = len({match[1] for match in map(BLOCK.fullmatch, parts) if match})
    if "blocks.0.attn.qkv.weight" not in parts or "blocks.0.mlp.fc1.weight" not in parts:
        raise MeasurementError(f"it is no plain vision transformer: it has {_strangest(parts)}")
    width, patch = weight.shape[0], weight.shape[2]
    found: dict[str, Any] = {"patch_size": patch, "embed_dim": width, "depth": depth}
    hidden, gated = parts["blocks.0.mlp.fc1.weight"].shape[0], _is_gated(parts)
    if hidden != 4 * width:
        found["mlp_ratio"] = hidden / width
    if "blocks.0.ls1.gamma" in parts:
        found["init_values"] = SCALE
    if "blocks.0.attn.qkv.bias" not in parts:
        found["qkv_bias"] = False
    tables = [name for name in parts if name.endswith(TABLE)]
    if tables:
        return BEIT, _with_tables(parts, tables, found)
    image = _image(parts, patch)
    base = DISTILLED if "dist_token" in parts else SWIGLU if gated else ""
    return base, {**({"img_size": image} if image else {}), **found, **_plain(parts)}


def _plain(parts: Mapping[str, Tensor]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "cls_token" not in parts:
        found |= {"class_token": False, "global_pool": "avg", "fc_norm": "norm.weight" not in parts}
    elif "norm.weight" not in parts:
        found |= {"global_pool": "avg", "fc_norm": True}
    registers = parts["reg_token"].shape[1] if "reg_token" in parts else 0
    if registers:
        found["reg_tokens"] = registers
    if "pos_embed" in parts and _before(parts) == 0 and "cls_token" in parts:
        found["no_embed_class"] = True
    elif registers:
        found["no_embed_class"] = True  # what there is for the class token is added to it
    if "norm_pre.weight" in parts:
        found["pre_norm"] = True
    if "blocks.0.attn.q_norm.weight" in parts:
        found["qk_norm"] = True
    return found


def _with_tables(parts: Mapping[str, Tensor], tables: list[str], found: dict[str, Any]) -> dict[str, Any]:
    """The arguments of timm's Beit."""
    rows, heads = parts[tables[0]].shape
    window = (isqrt(rows - 3) + 1) // 2
    if (2 * window - 1) ** 2 + 3 != rows:
        raise MeasurementError(
            f"{tables[0]} has {rows} rows, which is not a table for a square grid of patches with a class token"
        )
    return {
        "img_size": window * found["patch_size"],
        **found,
        "num_heads": heads,
        "init_values": found.get("init_values"),
        "use_abs_pos_emb": "pos_embed" in parts,
        "use_rel_pos_bias": any(name.startswith("blocks.") for name in tables),
        "use_shared_rel_pos_bias": any(name.startswith("rel_pos_bias.") for name in tables),
        "use_fc_norm": "norm.weight" not in parts,
    }


def _is_gated(parts: Mapping[str, Tensor]) -> bool:
    """Whether half of what the first layer of an MLP gives is a gate (SwiGLU)."""
    return parts["blocks.0.mlp.fc1.weight"].shape[0] == 2 * parts["blocks.0.mlp.fc2.weight"].shape[1]


def prefix_tokens(parts: Mapping[str, Tensor]) -> int:
    """How many tokens stand before those of the patches: class, distillation and register tokens."""
    registers = parts["reg_token"].shape[1] if "reg_token" in parts else 0
    return int("cls_token" in parts) + int("dist_token" in parts) + registers


def _before(parts: Mapping[str, Tensor]) -> int | None:
    """How many of the learned positions are of tokens before the patches; None where what is left is never a square."""
    count = parts["pos_embed"].shape[1]
    special = int("cls_token" in parts) + int("dist_token" in parts)
    tries = dict.fromkeys((special, prefix_tokens(parts), 0))
    return next((before for before in tries if count > before and isqrt(count - before) ** 2 == count - before), None)


def positions_before(parts: Mapping[str, Tensor]) -> int:
    """How many of the learned positions belong to tokens before the patches. Raises MeasurementError where that is unknown."""
    before = _before(parts)
    if before is None:
        raise MeasurementError(f"it has {parts['pos_embed'].shape[1]} positions, which are not those of a square grid of patches")
    return before


def _image(parts: Mapping[str, Tensor], patch: int) -> int | None:
    if "pos_embed" not in parts:
        return None
    return isqrt(parts["pos_embed"].shape[1] - positions_before(parts)) * patch


def _resnet(parts: Mapping[str, Tensor]) -> str:
    stages = [len({name.split(".")[1] for name in parts if name.startswith(f"layer{stage}.")}) for stage in (1, 2, 3, 4)]
    kind = "bottleneck" if "layer1.0.conv3.weight" in parts else "basic"
    name = RESNETS.get((stages[0], stages[1], stages[2], stages[3], kind))
    if name is None:
        raise MeasurementError(f"a residual network with {stages} blocks of the kind {kind}, which has no name here")
    if kind == "bottleneck" and parts["layer1.0.conv1.weight"].shape[0] != 64:
        raise MeasurementError("a residual network that is wider than the usual one, which has no name here")
    return name


def _strangest(parts: Mapping[str, Tensor]) -> str:
    odd = [name for name in parts if not name.startswith(("patch_embed.", "norm.", "cls_token", "pos_embed"))]
    return ", ".join(sorted(odd)[:2]) or "nothing but a patch embedding"
