"""SimCLR (Chen et al. 2020): two views of a picture find each other among the views of all others in the batch."""

from __future__ import annotations

from lightly.loss.ntx_ent_loss import NTXentLoss
from lightly.models.modules.heads import SimCLRProjectionHead
from torch import Generator, Tensor

from checker.lab.augment import Look, views
from checker.lab.data import Dataset
from checker.lab.objectives.base import OBJECTIVES, Objective
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token

TEMPERATURE = 0.2
HIDDEN, OUT = 256, 64
CROP_AREA = (0.2, 1.0)  # below it parts of the pictures hardly show a shape
LOOK = Look(0.4, 0.4, 0.4, 0.1, blurred=0.5)  # strength 0.5 of appendix A; the paper's blur of half the views


@OBJECTIVES.register("simclr")
class SimCLR(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.head = SimCLRProjectionHead(recipe.architecture.width, HIDDEN, OUT)
        self.contrast = NTXentLoss(TEMPERATURE)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        seen = views(images, (LOOK, LOOK), images.shape[-1], CROP_AREA, generator)
        projected = self.head(class_token(self.encoder, seen))
        loss: Tensor = self.contrast(*projected.chunk(2))
        return loss
