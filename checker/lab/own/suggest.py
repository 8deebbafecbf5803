"""The architecture that an encoder has, as far as its weights and its description show it, and under which name timm has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.own.network import build, check, fit
from checker.lab.own.sizes import FORMS, STANDARD, TABLE, sizes

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.own.encoders import Found

MOCO_HEADS = {384: 12}  # by width, where MoCo v3 has other numbers than everybody else
MOCO = ("base_encoder.", "momentum_encoder.")


@dataclass(frozen=True)
class Suggestion:
    """`architecture` by timm's name ("" for its plain VisionTransformer), `arguments` where they are not those of the name, what
    has to be said because no file shows it (`unknown`), and `remarks` on what was taken by convention."""

    architecture: str
    arguments: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def suggest(found: Found, parts: Mapping[str, Tensor], config: Mapping[str, Any]) -> Suggestion:
    """What the tensors of an encoder, under timm's names, and the config.json beside them say of its architecture.

    Raises MeasurementError where it is none that is known.
    """
    architecture, arguments = sizes(parts)
    if architecture.startswith("resnet"):
        return Suggestion(architecture, arguments)
    if isinstance(config.get("architecture"), str):  # timm's own
        return Suggestion(config["architecture"].partition(".")[0], dict(config.get("model_args") or {}))
    said = described(found, config)
    arguments |= said
    if architecture.startswith("beit"):
        return Suggestion(architecture, arguments)
    remarks: list[str] = []
    if found.layout.name.startswith("transformers") and not said:
        remarks.append("there is no config.json beside it: activation and norm_eps are timm's, not known to be its own")
    usual = STANDARD.get((arguments["embed_dim"], arguments["depth"]))
    if "num_heads" not in arguments and usual is not None:
        moco = MOCO_HEADS.get(arguments["embed_dim"]) if found.prefix.endswith(MOCO) else None
        arguments["num_heads"] = moco or usual[1]
        remarks.append(f"no file shows the number of attention heads: {arguments['num_heads']} is usual for this size")
    if "num_heads" not in arguments:
        return Suggestion(architecture, arguments, ("num_heads",), tuple(remarks))
    names = _names(parts, arguments, architecture, bool(said))
    if len(names) > 1:
        remarks.append(f"no file shows the activation: {' or '.join(names)}")
        return Suggestion("", arguments, ("act_layer",), tuple(remarks))
    if not names:
        return Suggestion(architecture, arguments, (), tuple(remarks))
    (name,) = names
    left = {"img_size": arguments["img_size"]} if "img_size" in arguments and not _has_size(name, arguments["img_size"]) else {}
    return Suggestion(name, left, (), tuple(remarks))


def described(found: Found, config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of timm's model that only the config.json beside an encoder says; {} where there is none of its layout."""
    said = found.layout.arguments(config) if found.layout.arguments else {}
    if any(name.endswith(TABLE) for name in found.tensors):
        said.pop("act_layer", None)  # timm's Beit takes none
    return said


def _names(parts: Mapping[str, Tensor], arguments: Mapping[str, Any], architecture: str, described: bool) -> list[str]:
    """timm's names for a transformer: one, none, or the two that differ in an activation which nothing shows."""
    import timm

    usual = STANDARD.get((arguments["embed_dim"], arguments["depth"]))
    if usual is None or "img_size" not in arguments or "dist_token" in parts:
        return []
    wanted = [form.format(usual[0], arguments["patch_size"], arguments["img_size"]) for form in FORMS]
    mine = _signature(_skeleton(architecture, arguments), described)
    found: list[str] = []
    for name in dict.fromkeys(wanted):
        if timm.is_model(name) and _signature(_skeleton(name, {"img_size": arguments["img_size"]}), described) == mine:
            found.append(name)
            if described or "norm_pre.weight" not in parts:
                break
    return found


def _has_size(name: str, image: int) -> bool:
    return bool(_skeleton(name, {}).patch_embed.img_size[0] == image)


def _skeleton(architecture: str, arguments: Mapping[str, Any]) -> Any:
    """A network without values, which costs no time."""
    import torch

    with torch.device("meta"):
        return build(architecture, arguments)


def _signature(module: Any, described: bool) -> tuple[Any, ...]:
    """What makes two networks of timm the same: names and shapes of their weights, heads, where positions are added and, where
    they are `described`, activation and epsilon."""
    block = module.blocks[0]
    shapes = {
        name: tuple(tensor.shape) for name, tensor in module.state_dict().items() if not name.startswith(("attn_pool", "fc_norm"))
    }
    exact = (type(block.mlp.act).__name__, getattr(block.norm1, "eps", None)) if described else ()
    return (shapes, block.attn.num_heads, module.no_embed_class, module.num_prefix_tokens, type(block.mlp).__name__, *exact)


def completeness(parts: Mapping[str, Tensor], suggestion: Suggestion) -> str:
    """Why tensors are not every weight of what was suggested, or hold no numbers; "" where they are."""
    arguments = dict(suggestion.arguments)
    if "num_heads" in suggestion.unknown:
        arguments["num_heads"] = 1  # which no shape depends on
    try:
        module = _skeleton(suggestion.architecture, arguments)
        check(fit(parts, module), module)
    except MeasurementError as error:
        return str(error)
    return ""
