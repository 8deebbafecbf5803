"""The names of timm, which most projects share: MAE, DINO, iBOT, MoCo v3, DeiT, DINOv2, BEiT, SimMIM, I-JEPA, lightly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.lab.layouts.base import BLOCK, LAYOUTS, Layout, Tensors, as_tokens, fuse, rename

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = re.compile(r"blocks\.(\d+)\.(\d+)\.(.+)")
RULES = (
    ("register_tokens", "reg_token"),
    ("(?:dist_token|distillation_token)", "dist_token"),
    (BLOCK + r"gamma_?([12])", r"\1.ls\2.gamma"),
    (BLOCK + r"attn\.([qkv])_proj\.(weight|bias)", r"\1.attn.\2.\3"),
    (BLOCK + r"attn\.to_([qkv])\.(weight|bias)", r"\1.attn.\2.\3"),
    (BLOCK + r"attn\.(q)uery\.(weight|bias)", r"\1.attn.\2.\3"),
    (BLOCK + r"attn\.(k)ey\.(weight|bias)", r"\1.attn.\2.\3"),
    (BLOCK + r"attn\.(v)alue\.(weight|bias)", r"\1.attn.\2.\3"),
    (BLOCK + r"attn\.in_proj_(weight|bias)", r"\1.attn.qkv.\2"),
    (BLOCK + r"attn\.out_proj\.(weight|bias)", r"\1.attn.proj.\2"),
    (BLOCK + r"mlp\.w12\.(weight|bias)", r"\1.mlp.fc1.\2"),
    (BLOCK + r"mlp\.w3\.(weight|bias)", r"\1.mlp.fc2.\2"),
    (BLOCK + r"attn\.relative_position_index", r"\1.attn.relative_position_index"),
)


def translate(tensors: Tensors) -> dict[str, Tensor]:
    """The blocks of DINOv2's training, which come in chunks, are counted through; attention is fused; scales are renamed."""
    return as_tokens(fuse(rename(_without_chunks(tensors), RULES)))


def _without_chunks(tensors: Tensors) -> Tensors:
    """`blocks.CHUNK.INDEX.part` as `blocks.INDEX.part`. DINOv2 counts the blocks of all chunks through; where a chunk starts from
    zero again, the blocks of those before it are added."""
    matches = {name: match for name in tensors if (match := CHUNK.fullmatch(name))}
    if not matches:
        return tensors
    pairs = sorted({(int(match[1]), int(match[2])) for match in matches.values()})
    through = len({index for _, index in pairs}) == len(pairs)
    place = {pair: pair[1] if through else count for count, pair in enumerate(pairs)}
    renamed = {}
    for name, tensor in tensors.items():
        found = matches.get(name)
        new = name if found is None else f"blocks.{place[int(found[1]), int(found[2])]}.{found[3]}"
        renamed[new] = tensor
    return renamed


LAYOUTS.register("timm")(Layout("timm", "patch_embed.proj.weight", translate))
