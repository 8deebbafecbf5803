"""A convolutional network as a subject: it gives features after each stage, and neither attention nor tokens.

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


class Convnet(Subject):
    """A convolutional network of stages."""

    gives: ClassVar[Needs] = frozenset({"features", "scalars"})

    def pooled(self, images: Tensor) -> tuple[Tensor, ...]:
        """The mean over positions of the map after each stage."""
        parts: list[list[Tensor]] = []
        with torch.inference_mode():
            for _, batch in batches(self.encoder, images):
                maps = self.encoder.module.forward_intermediates(batch, intermediates_only=True)
                parts.append([each.mean((2, 3)).float().cpu() for each in maps])
        return tuple(torch.cat(stage).clone() for stage in zip(*parts, strict=True))


def is_convnet(module: Any) -> bool:
    """Whether a network of timm is one of stages of convolutions."""
    return hasattr(module, "forward_intermediates") and not any("Attention" in type(part).__name__ for part in module.modules())


def describe_convnet(name: str, module: Any, size: int, mean: tuple[float, ...], std: tuple[float, ...], weights: str) -> Encoder:
    """An Encoder for a convolutional network of timm. A position of its last map stands for a patch, and its stages for blocks.

    Raises MeasurementError for a picture that is smaller than one position.
    """
    stages = module.feature_info
    reduction = int(stages[-1]["reduction"])
    if size < reduction:
        raise MeasurementError(f"{name}: a picture of {size} pixels is smaller than the {reduction} that one position stands for")
    module.eval().requires_grad_(False)
    return Encoder(name, module, size, reduction, 0, len(stages), mean, std, weights)
