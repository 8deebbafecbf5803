"""SimCLR (Chen et al. 2020): two views of a picture find each other among the views of all others in the batch."""

from __future__ import annotations

import torch
from lightly.loss.ntx_ent_loss import NTXentLoss
from lightly.models.modules.heads import SimCLRProjectionHead
from torch import Generator, Tensor

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST, Objective
from checker.lab.objectives.first.augment import two_views
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token

TEMPERATURE = 0.2
HIDDEN, OUT = 256, 64
CROP_AREA = (0.3, 1.0)


@FIRST.register("simclr")
class SimCLR(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.head = SimCLRProjectionHead(recipe.architecture.width, HIDDEN, OUT)
        self.contrast = NTXentLoss(TEMPERATURE)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        views = torch.cat(two_views(images, CROP_AREA, generator))
        projected = self.head(class_token(self.encoder, views))
        loss: Tensor = self.contrast(*projected.chunk(2))
        return loss
