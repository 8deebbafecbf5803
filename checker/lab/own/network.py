"""A network of timm for an encoder of one's own: built from its arguments, and filled with every weight or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.description import ARGUMENTS
from checker.lab.geometry import of_module
from checker.lab.own.sizes import positions_before, prefix_tokens, sizes

if TYPE_CHECKING:
    from torch import Tensor

OWN_ARGUMENTS = (  # that an entry may set: sizes and parts, nothing that loads something
    *ARGUMENTS,
    *("norm_eps", "use_abs_pos_emb", "use_rel_pos_bias", "use_shared_rel_pos_bias", "use_fc_norm", "swiglu_mlp"),
)
READABLE = {"img_size": "pictures of {} pixels", "patch_size": "patches of {0} x {0} pixels", "embed_dim": "a width of {}"}
OPTIONAL = re.compile(r"(?:fc_norm|head|attn_pool|fc)\..*|.*\.relative_position_index|.*num_batches_tracked")
MOST_NAMES = 3  # of tensors that are listed


def build(architecture: str, arguments: Mapping[str, Any]) -> Any:
    """timm's model of that name, or its plain VisionTransformer where the name is "", without a head and freshly initialised.

    Raises MeasurementError for a name that timm does not have, and for arguments that it does not take.
    """
    import timm
    from timm.models.vision_transformer import VisionTransformer
    from torch import nn

    given = dict(arguments)
    unknown = sorted(set(given) - set(OWN_ARGUMENTS))
    if unknown:
        raise MeasurementError(f"arguments may not set {', '.join(unknown)}")
    if "norm_eps" in given:
        given["norm_layer"] = partial(nn.LayerNorm, eps=given.pop("norm_eps"))
    if architecture and not timm.is_model(architecture.partition(".")[0]):
        raise MeasurementError(f"timm {timm.__version__} has no architecture {architecture!r}")
    try:
        if architecture:
            return timm.create_model(architecture.partition(".")[0], pretrained=False, **{**given, "num_classes": 0})
        return VisionTransformer(**{**given, "num_classes": 0})
    except Exception as error:  # timm raises whatever its builders raise
        raise MeasurementError(
            f"timm cannot build {architecture or 'a VisionTransformer'} with {dict(arguments)}: {error}"
        ) from error


def fit(parts: Mapping[str, Tensor], module: Any) -> dict[str, Tensor]:
    """Tensors under the names of timm in the form that one of its models keeps them: the bias of BEiT in three, positions with
    or without those of the tokens before the patches. What is computed stays the same.

    Raises MeasurementError where that is not possible.
    """
    own = set(module.state_dict())
    fitted: dict[str, Tensor] = {}
    for name, tensor in parts.items():
        scale = re.fullmatch(r"(blocks\.\d+)\.ls([12])\.gamma", name)
        if scale and name not in own and f"{scale[1]}.gamma_{scale[2]}" in own:
            fitted[f"{scale[1]}.gamma_{scale[2]}"] = tensor
        elif name.endswith(".attn.qkv.bias") and name not in own and name.replace("qkv.bias", "q_bias") in own:
            query, key, value = tensor.chunk(3)
            if key.any():
                raise MeasurementError(f"{name} has a bias for keys, which the architecture has not")
            fitted |= {name.replace("qkv.bias", f"{part}_bias"): bias for part, bias in (("q", query), ("v", value))}
        else:
            fitted[name] = tensor
    return _with_positions(fitted, module)


def _with_positions(parts: dict[str, Tensor], module: Any) -> dict[str, Tensor]:
    """Learned positions for the tokens that the model adds them to. A token that gets none is one that gets zeros; what the class
    token always gets may as well be a part of it."""
    import torch

    wanted = getattr(module, "pos_embed", None)
    if "pos_embed" not in parts or wanted is None or "patch_embed.proj.weight" not in parts:
        return parts
    before, positions = positions_before(parts), parts["pos_embed"]
    mine = 0 if getattr(module, "no_embed_class", False) else prefix_tokens(parts)
    if before == mine:
        return parts
    special, patches = positions[:, :before], positions[:, before:]
    if mine:
        zeros = torch.zeros_like(patches[:, :1]).repeat(1, mine - before, 1)
        return {**parts, "pos_embed": torch.cat([special, zeros, patches], 1)}
    changed = {**parts, "pos_embed": patches}
    for index, name in enumerate(name for name in ("cls_token", "dist_token", "reg_token") if name in parts):
        if index < before:
            changed[name] = parts[name] + special[:, index : index + parts[name].shape[1]]
    return changed


def check(parts: Mapping[str, Tensor], module: Any) -> None:
    """Raises MeasurementError where tensors are not every weight of a model, are those of another one, or are not numbers."""
    own = module.state_dict()
    _compare(parts, module)
    shapes = [
        f"{name} is {_shape(tensor)}, not {_shape(own[name])}"
        for name, tensor in parts.items()
        if name in own and tensor.shape != own[name].shape
    ]
    missing = [name for name in own if name not in parts and not OPTIONAL.fullmatch(name)]
    unknown = [name for name in parts if name not in own and not OPTIONAL.fullmatch(name)]
    faults = [
        _listed(f"{what} ", names) for what, names in (("it lacks", missing), ("the architecture has no", unknown)) if names
    ]
    if shapes or faults:
        advice = "" if shapes or missing or not _may_stand_aside(unknown) else _advice(unknown)
        raise MeasurementError("; ".join([*shapes[:MOST_NAMES], *faults]) + advice)
    for name, tensor in parts.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise MeasurementError(
                f"{name} holds values that are not numbers (NaN or infinite); use a checkpoint from before that"
            )


def fill(parts: Mapping[str, Tensor], module: Any) -> None:
    """Load tensors that passed `check`."""
    own = module.state_dict()
    module.load_state_dict({name: tensor for name, tensor in parts.items() if name in own}, strict=False)


def _compare(parts: Mapping[str, Tensor], module: Any) -> None:
    """Raises MeasurementError with the sizes in which the weights and the model differ."""
    _, mine = sizes(parts)
    theirs = of_module(module)
    known = {"img_size": theirs.image, "patch_size": theirs.patch, "embed_dim": theirs.width}
    differing = [
        f"{READABLE[name].format(mine[name])}, not {value}"
        for name, value in known.items()
        if value is not None and name in mine and mine[name] != value
    ]
    if theirs.depth is not None and mine.get("depth") not in (None, theirs.depth):
        differing.append(f"{mine['depth']} blocks, not {theirs.depth}")
    if differing:
        raise MeasurementError(f"the weights have {'; '.join(differing)}")


def _may_stand_aside(names: Iterable[str]) -> bool:
    return not any(name.startswith(("blocks.", "patch_embed.", "norm", "pos_embed", "cls_token", "reg_token")) for name in names)


def _advice(names: Iterable[str]) -> str:
    tops = ", ".join(sorted({name.partition(".")[0] for name in names})[:MOST_NAMES])
    return f"; where that is no part of the encoder, write `aside: [{tops}]`"


def _listed(what: str, names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return what + ", ".join(sorted(names)[:MOST_NAMES]) + more


def _shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape)) or "one number"
