"""What an objective is: an encoder with what its loss needs, and the loss of a batch."""

from __future__ import annotations

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Generator, Tensor, nn

from checker.lab.data import Dataset
from checker.lab.recipes import Recipe
from checker.lab.registry import Registry
from checker.lab.transformer import build


class Objective(nn.Module):
    """Base of all objectives. `encoder` is what is kept after training; everything else is thrown away."""

    encoder: VisionTransformer

    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__()
        self.encoder = build(recipe.architecture)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        """The loss of a batch: images (batch, 3, H, W) in [0, 1], category (batch,) -> scalar."""
        raise NotImplementedError

    def before_update(self, progress: float) -> None:
        """Called between backward and the optimiser's step; `progress` runs from 0 to 1."""

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        """Called after the optimiser's step; `progress` runs from 0 to 1."""


OBJECTIVES: Registry[type[Objective]] = Registry("objective")
