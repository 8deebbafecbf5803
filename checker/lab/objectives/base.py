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
    """Base of all objectives. `encoder` learns; `kept` is what is kept after training; everything else is thrown away.

    `progress`, from 0 to 1, is the share of the training that is done; the trainer sets it before each step.
    """

    encoder: VisionTransformer
    progress: float = 0.0

    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__()
        self.encoder = build(recipe.architecture)

    @property
    def kept(self) -> VisionTransformer:
        """The network that the paper evaluates: the one that learned, or its moving average."""
        return self.encoder

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        """The loss of a batch: images (batch, 3, H, W) in [0, 1], category (batch,) -> scalar.

        Random numbers come from `generator`, which is on the CPU; images may be on another device.
        """
        raise NotImplementedError

    def before_update(self, progress: float) -> None:
        """Called between backward and the optimiser's step; `progress` runs from 0 to 1."""

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        """Called after the optimiser's step; `progress` runs from 0 to 1."""


OBJECTIVES: Registry[type[Objective]] = Registry("objective")
FIRST: Registry[type[Objective]] = Registry("objective of the first edition")


def objective_of(recipe: Recipe) -> type[Objective]:
    """The class that trains a recipe."""
    first = recipe.edition == 1 and recipe.objective in FIRST  # a plug-in's objective has one edition
    return (FIRST if first else OBJECTIVES)[recipe.objective]
