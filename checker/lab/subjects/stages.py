"""A network of stages as a subject, convolutional or with attention in windows: it gives features after each stage, and neither
attention among all patches nor tokens.

Its layers are timm's stages (a ResNet's stem counts as one), and the feature of a stage is the mean of its map over positions.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.encoder import Encoder
from checker.lab.metric import Needs
from checker.lab.subjects.base import Subject, batches


class Staged(Subject):
    """A convolutional network, or a transformer such as Swin whose positions do not all attend to each other."""

    gives: ClassVar[Needs] = frozenset({"features", "scalars"})

    def pooled(self, images: Tensor) -> tuple[Tensor, ...]:
        """The mean over positions of the map after each stage."""
        parts: list[list[Tensor]] = []
        with torch.inference_mode():
            for _, batch in batches(self.encoder, images):
                maps = self.encoder.module.forward_intermediates(batch, intermediates_only=True)
                parts.append([each.mean((2, 3)).float().cpu() for each in maps])
        return tuple(torch.cat(stage).clone() for stage in zip(*parts, strict=True))


def is_staged(module: Any) -> bool:
    """Whether a network of timm gives a map after each stage, and is no plain vision transformer."""
    plain = all(hasattr(module, part) for part in ("blocks", "patch_embed", "num_prefix_tokens"))
    return hasattr(module, "forward_intermediates") and not plain


def describe_stages(name: str, module: Any, size: int, mean: tuple[float, ...], std: tuple[float, ...], weights: str) -> Encoder:
    """An Encoder for a network of stages of timm. A position of its last map stands for a patch, and its stages for blocks.

    Raises MeasurementError for a picture that is smaller than one position.
    """
    stages = module.feature_info
    reduction = int(stages[-1]["reduction"])
    if size < reduction:
        raise MeasurementError(f"{name}: a picture of {size} pixels is smaller than the {reduction} that one position stands for")
    module.eval().requires_grad_(False)
    return Encoder(name, module, size, reduction, 0, len(stages), mean, std, weights)
