"""The config.json beside a weight file: what its author says of the network and of the pictures that it was trained on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.geometry import Geometry

NAME = "config.json"
LONGEST = 1_000_000  # bytes
SIZES = {  # of a geometry, as timm and transformers call them
    "patch": ("patch_size",),
    "width": ("embed_dim", "hidden_size"),
    "depth": ("depth", "num_hidden_layers"),
    "heads": ("num_heads", "num_attention_heads"),
    "image": ("img_size", "image_size"),
}
ARGUMENTS = (  # of timm's models that a file may set: sizes and parts, nothing that loads something
    *("img_size", "patch_size", "in_chans", "embed_dim", "depth", "num_heads", "mlp_ratio", "init_values", "class_token"),
    *("no_embed_class", "reg_tokens", "pos_embed", "global_pool", "qkv_bias", "qk_norm", "proj_bias", "pre_norm", "final_norm"),
    *("fc_norm", "act_layer", "norm_layer", "num_classes"),
)

Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Description:
    """What a config.json says: `architecture` by timm's name, `arguments` with which timm builds it, its `geometry`, and the
    `mean` and `std` of each channel with which pictures in [0, 1] are normalised. Empty where it says nothing."""

    architecture: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    geometry: Geometry = field(default_factory=Geometry)
    mean: Channels | None = None
    std: Channels | None = None


def read_description(folder: Path) -> Description:
    """The description in a folder; an empty one where there is no file. Raises MeasurementError for one that cannot be read."""
    path = folder / NAME
    try:
        if not path.is_file():
            return Description()
        if path.stat().st_size > LONGEST:
            raise MeasurementError(f"{path}: too long for a description of a model")
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise MeasurementError(f"{path}: not JSON ({error})") from error
    if not isinstance(values, dict):
        raise MeasurementError(f"{path}: not a description of a model")
    arguments, images = _mapping(path, values, "model_args"), _mapping(path, values, "pretrained_cfg")
    unknown = sorted(set(arguments) - set(ARGUMENTS))
    if unknown:
        raise MeasurementError(f"{path}: model_args may not set {', '.join(unknown)}")
    everything = {**values, **images, **arguments}
    sizes: dict[str, int | None] = {name: _size(path, everything, names) for name, names in SIZES.items()}
    shape = everything.get("input_size")
    if sizes["image"] is None and isinstance(shape, list) and len(shape) == 3:
        sizes["image"] = _size(path, {"input_size": shape[-1]}, ("input_size",))
    return Description(
        architecture=str(values.get("architecture") or ""),
        arguments={name: value for name, value in arguments.items() if name != "num_classes"},
        geometry=Geometry(**sizes),
        mean=channels(path, everything, ("mean", "image_mean")),
        std=channels(path, everything, ("std", "image_std"), positive=True),
    )


def _mapping(path: Path, values: dict[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name) or {}
    if not isinstance(found, dict):
        raise MeasurementError(f"{path}: {name} is no mapping")
    return found


def _size(path: Path, values: dict[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = values.get(name)
        if isinstance(value, list) and len(value) == 2 and value[0] == value[1]:
            value = value[0]
        if value is None:
            continue
        if type(value) is not int or not 0 < value < 1_000_000:
            raise MeasurementError(f"{path}: {name} is {value!r}, not a number of that kind")
        return value
    return None


def channels(path: Path, values: Mapping[str, Any], names: tuple[str, ...], positive: bool = False) -> Channels | None:
    """The three numbers that the first of `names` has in the file at `path`; None where it has none of them. Raises
    MeasurementError for what is not three finite numbers, above zero where they have to be `positive`."""
    smallest = 0.0 if positive else -math.inf
    for name in names:
        value = values.get(name)
        if value is None:
            continue
        sound = isinstance(value, list) and len(value) == 3 and all(type(each) in (int, float) for each in value)
        if not sound or not all(math.isfinite(each) and each > smallest for each in value):
            raise MeasurementError(f"{path}: {name} is {value!r}, not three numbers of a channel each")
        return (float(value[0]), float(value[1]), float(value[2]))
    return None
