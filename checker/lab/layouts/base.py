"""What a layout is: how a project names the parts of its encoder, and how those become the names of timm. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

Tensors = Mapping[str, "Tensor"]
Rules = tuple[tuple[str, str], ...]  # (pattern, replacement); the first pattern that matches a whole name renames it
FUSED = re.compile(r"(.*\.attn)\.([qkv])\.(weight|bias)")
SEPARATE_BIAS = re.compile(r"(.*\.attn)\.([qv])_bias")
BLOCK = r"(blocks\.\d+)\."


@dataclass(frozen=True)
class Layout:
    """How one project, or several alike, name an encoder's parts.

    Every encoder of the layout has the tensor `anchor` and, under the same prefix, those `beside` it. `translate` gives the
    names of timm to tensors without their prefix; it raises MeasurementError for what it cannot translate exactly. `arguments`
    reads the arguments of timm's model out of the config.json that the project keeps beside its weights.
    """

    name: str
    anchor: str
    translate: Callable[[Tensors], dict[str, Tensor]]
    beside: tuple[str, ...] = ()
    arguments: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None


LAYOUTS: Registry[Layout] = Registry("layout")


def rename(tensors: Tensors, rules: Rules) -> dict[str, Tensor]:
    """Tensors under other names; a name that no rule matches is kept. Raises MeasurementError where two get the same name."""
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in rules]
    renamed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        new = next((pattern.sub(replacement, name) for pattern, replacement in compiled if pattern.fullmatch(name)), name)
        if new in renamed:
            raise MeasurementError(f"two tensors would both be {new}")
        renamed[new] = tensor
    return renamed


def fuse(tensors: Tensors) -> dict[str, Tensor]:
    """`attn.{q,k,v}.{weight,bias}`, and the `attn.{q,v}_bias` of BEiT, as the `attn.qkv.{weight,bias}` of timm.

    A bias that only some of the three have is zero for the others, as BEiT has none for keys. Raises MeasurementError where a
    weight of the three is missing.
    """
    import torch

    fused: dict[str, Tensor] = {}
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        match = FUSED.fullmatch(name) or SEPARATE_BIAS.fullmatch(name)
        if match is None:
            fused[name] = tensor
        else:
            kind = match[3] if match.re is FUSED else "bias"
            parts.setdefault(f"{match[1]}.qkv.{kind}", {})[match[2]] = tensor
    for name, three in parts.items():
        lacking = set("qkv") - set(three)
        if lacking and (name.endswith("weight") or "v" in lacking):
            raise MeasurementError(f"{name.replace('qkv', '/'.join(sorted(lacking)))} is missing")
        if name in fused:
            raise MeasurementError(f"{name} is present both whole and in parts")
        fused[name] = torch.cat([three.get(part, torch.zeros_like(three["v"])) for part in "qkv"])
    return fused


def as_tokens(tensors: Tensors, names: Iterable[str] = ("cls_token", "pos_embed", "reg_token")) -> dict[str, Tensor]:
    """The tensors of single tokens in the shape (1, tokens, width), which some projects store as (tokens, width) or (width)."""
    shaped = dict(tensors)
    for name in names:
        if name in shaped and shaped[name].ndim < 3:
            shaped[name] = shaped[name].reshape(1, -1, shaped[name].shape[-1])
    return shaped
