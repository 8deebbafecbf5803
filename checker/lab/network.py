"""A network of timm with the weights of a file: built, compared with what the file holds, and filled, by us and not by timm."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.description import NAME, Channels, Description
from checker.lab.geometry import POSITIONS, of_module, of_tensors
from checker.lab.tensors import PATCHES

if TYPE_CHECKING:
    from torch import Tensor

EXTRAS = (  # how the names of parts begin that no measurement reads: heads, and what a pretraining needs besides the encoder
    *("head", "fc_norm", "attn_pool", "pre_logits", "classifier", "decoder", "mask_token", "lm_head", "projector"),
    *("predictor", "prototypes", "dino_head", "ibot_head", "fc."),
)
MOST_NAMES = 3  # of tensors that are listed


def build(name: str, path: Path, said: Description) -> Any:
    """An architecture of timm, freshly initialised and without a head, for the weights at `path`. Raises MeasurementError for one
    that timm does not know or the description does not confirm."""
    import timm

    if not name:
        raise MeasurementError(f"{path.parent / NAME} does not say which architecture of timm these weights are of")
    base, stated = name.partition(".")[0], said.architecture.partition(".")[0]
    if not timm.is_model(base):
        raise MeasurementError(f"{path}: timm {timm.__version__} has no architecture {name!r}")
    if stated and stated != base:
        raise MeasurementError(f"{path}: {NAME} beside it says {stated}, not {base}")
    try:
        return timm.create_model(name, pretrained=False, num_classes=0, **said.arguments)
    except Exception as error:  # timm raises whatever its builders raise
        raise MeasurementError(f"{path}: timm cannot build {name}: {error}") from error


def normalisation(name: str, path: Path, said: Description, module: Any) -> tuple[Channels, Channels]:
    """Mean and standard deviation of each channel: as the author of the file says, or else as they are known of the release that
    the weights are named by. Raises MeasurementError where neither is there: an architecture alone has none."""
    if said.mean is not None and said.std is not None:
        return said.mean, said.std
    if "." not in name:
        raise MeasurementError(
            f"{path}: how its pictures were normalised is not known; write mean and std into a {NAME} beside it, as "
            '{"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}, or name the release whose normalisation it has, as '
            "vit_base_patch16_224.mae:FILE"
        )
    mean, std = (tuple(map(float, module.pretrained_cfg[each])) for each in ("mean", "std"))
    return (mean[0], mean[1], mean[2]), (std[0], std[1], std[2])


def compare(name: str, path: Path, said: Description, tensors: Mapping[str, Tensor], module: Any) -> None:
    """Raises MeasurementError for the weights of another network, before anything is made to fit: timm resamples patches and
    positions without a word."""
    wanted, own = of_module(module), module.state_dict()
    shapes = [
        f"a {part} of {_shape(tensor)}, not {_shape(own[part])}"
        for part, tensor in tensors.items()
        if part in own and tensor.shape != own[part].shape and part not in (PATCHES, *POSITIONS)
    ]
    differing = of_tensors(tensors, module).differences(wanted) or shapes[:MOST_NAMES]
    if differing:
        raise MeasurementError(f"{path} does not hold the weights of {name}: it has {'; '.join(differing)}")
    differing = said.geometry.differences(wanted)
    if differing:
        raise MeasurementError(f"{path.parent / NAME} describes another network than {name}: {'; '.join(differing)}")


def _shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape))


def fill(name: str, path: Path, tensors: Mapping[str, Tensor], module: Any) -> None:
    """Put tensors into the network. Raises MeasurementError where a part that a measurement reads is missing, is one that the
    network has not, or holds a number that is none."""
    translate = getattr(sys.modules[type(module).__module__], "checkpoint_filter_fn", None)
    try:
        translated: Mapping[str, Tensor] = translate(dict(tensors), module) if translate else tensors
        result = module.load_state_dict({part: value for part, value in translated.items() if not _is_extra(part)}, strict=False)
    except Exception as error:  # timm's translations and torch raise what they meet
        raise MeasurementError(f"{path} does not hold the weights of {name}: {error}") from error
    missing = [part for part in result.missing_keys if not _is_extra(part)]
    for parts, what in ((missing, "it lacks"), (result.unexpected_keys, "that architecture has no")):
        if parts:
            shown = ", ".join(sorted(parts)[:MOST_NAMES])
            more = f" and {len(parts) - MOST_NAMES} more" if len(parts) > MOST_NAMES else ""
            raise MeasurementError(f"{path} does not hold the weights of {name}: {what} {shown}{more}")
    for part, tensor in module.state_dict().items():
        if not _is_extra(part) and not tensor.isfinite().all():
            raise MeasurementError(f"{path}: {part} holds a number that is none (NaN or infinite)")


def _is_extra(part: str) -> bool:
    return part.startswith(EXTRAS)
