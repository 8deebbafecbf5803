"""Supervised classification of the category, from the class token (Dosovitskiy et al. 2021; DeiT's crops and flips)."""

from __future__ import annotations

from torch import Generator, Tensor, nn
from torch.nn import functional as F

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST, Objective
from checker.lab.objectives.first.augment import random_crop
from checker.lab.recipes import Recipe
from checker.lab.transformer import normalise

CROP_AREA = (0.6, 1.0)


@FIRST.register("supervised")
class Supervised(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.head = nn.Linear(recipe.architecture.width, data.categories)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        view = random_crop(images, images.shape[-1], CROP_AREA, generator)
        tokens = self.encoder.forward_features(normalise(view))  # (B, prefix + L, D)
        return F.cross_entropy(self.head(tokens[:, 0]), category)
