"""LUT (Kim et al. 2024, "Learning with Unmasked Tokens"): MAE, and what the visible tokens say must match the whole image.

Two views; the encoder sees disjoint quarters of their patches. The first view is restored as in MAE. The mean visible token
of each view, through a projector and a predictor, is drawn towards the mean token of the *other* view, whole, as a moving
average of the encoder sees it (section 3; weight, heads, momentum and views as in the authors' code).
"""

from __future__ import annotations

import copy

import torch
from lightly.models.modules.heads import BYOLPredictionHead, BYOLProjectionHead
from lightly.models.utils import update_momentum
from lightly.utils.scheduler import cosine_schedule
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.lab.augment import Look, random_crop, recolour
from checker.lab.data import Dataset
from checker.lab.objectives.base import OBJECTIVES
from checker.lab.objectives.mae import CROP_AREA, MAE
from checker.lab.recipes import Recipe
from checker.lab.transformer import normalise

WEIGHT = 0.25  # of the second loss
MOMENTUM = 0.996  # rising to 1 along a cosine
HIDDEN = 256
SECOND_LOOK = Look(0.4, 0.4, 0.2, 0.1, grey=1 / 3, blurred=1 / 3, solarised=1 / 3)


@OBJECTIVES.register("lut")
class LUT(MAE):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        width = recipe.architecture.width
        self.projector = BYOLProjectionHead(width, HIDDEN, width)
        self.predictor = BYOLPredictionHead(width, HIDDEN, width)
        self.teacher = copy.deepcopy(self.encoder).requires_grad_(False)
        self.teacher_projector = copy.deepcopy(self.projector).requires_grad_(False)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        first, second = (random_crop(images, images.shape[-1], CROP_AREA, generator) for _ in range(2))
        first, second = normalise(first), normalise(recolour(second, SECOND_LOOK, generator))
        kept, masked = self.mask(first, generator)
        also_kept = masked[:, : kept.shape[1]]  # of the second view: none of the first one's places
        seen = self.see(first, kept)
        restoration = self.restoration(seen, first, kept, masked)

        parts = torch.cat([tokens[:, self.prefix :].mean(1) for tokens in (seen, self.see(second, also_kept))])
        with torch.no_grad():
            whole = self.teacher.forward_features(torch.cat([second, first]))[:, self.prefix :].mean(1)
            wanted = self.teacher_projector(whole)
        context = 2 - 2 * F.cosine_similarity(self.predictor(self.projector(parts)), wanted).mean()
        return restoration + WEIGHT * context

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        momentum = cosine_schedule(int(progress * 1000), 1001, MOMENTUM, 1.0)
        update_momentum(self.encoder, self.teacher, momentum)
        update_momentum(self.projector, self.teacher_projector, momentum)
