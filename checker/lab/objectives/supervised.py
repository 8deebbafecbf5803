"""Supervised classification of the category, from the class token (Dosovitskiy et al. 2021; DeiT's crops and flips)."""

from __future__ import annotations

from torch import Generator, Tensor, nn
from torch.nn import functional as F

from checker.lab.augment import random_crop
from checker.lab.data import Dataset
from checker.lab.objectives.base import OBJECTIVES, Objective
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token, normalise

CROP_AREA = (0.6, 1.0)


@OBJECTIVES.register("supervised")
class Supervised(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.head = nn.Linear(recipe.architecture.width, data.categories)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        view = normalise(random_crop(images, images.shape[-1], CROP_AREA, generator))
        return F.cross_entropy(self.head(class_token(self.encoder, view)), category)
