"""MoCo v3 (Chen, Xie and He 2021): each view finds the other one, as a moving average of the network sees it, in the batch.

The patch projection stays as it was drawn, which the paper needs for stable training of a ViT (section 4).
"""

from __future__ import annotations

import copy

import torch
from lightly.models.modules.heads import MoCoProjectionHead
from lightly.models.utils import update_momentum
from lightly.utils.scheduler import cosine_schedule
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.lab.augment import Look, views
from checker.lab.data import Dataset
from checker.lab.objectives.base import OBJECTIVES, Objective
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token

TEMPERATURE = 0.2
MOMENTUM = 0.99  # rising to 1 along a cosine
HIDDEN, OUT = 256, 64
CROP_AREA = (0.2, 1.0)
LOOKS = (Look(0.4, 0.4, 0.2, 0.1, blurred=1.0), Look(0.4, 0.4, 0.2, 0.1, blurred=0.1, solarised=0.2))  # as the authors' code


@OBJECTIVES.register("moco-v3")
class MoCoV3(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        self.encoder.patch_embed.requires_grad_(False)
        self.projector = MoCoProjectionHead(recipe.architecture.width, HIDDEN, OUT, num_layers=3, batch_norm=True)
        self.predictor = MoCoProjectionHead(OUT, HIDDEN, OUT, num_layers=2, batch_norm=True)
        self.teacher = copy.deepcopy(self.encoder).requires_grad_(False)
        self.teacher_projector = copy.deepcopy(self.projector).requires_grad_(False)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        seen = views(images, LOOKS, images.shape[-1], CROP_AREA, generator)
        first, second = self.predictor(self.projector(class_token(self.encoder, seen))).chunk(2)
        with torch.no_grad():
            key_first, key_second = self.teacher_projector(class_token(self.teacher, seen)).chunk(2)
        return info_nce(first, key_second) + info_nce(second, key_first)

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        momentum = cosine_schedule(int(progress * 1000), 1001, MOMENTUM, 1.0)
        update_momentum(self.encoder, self.teacher, momentum)
        update_momentum(self.projector, self.teacher_projector, momentum)


def info_nce(queries: Tensor, keys: Tensor) -> Tensor:
    """2 t times the cross-entropy of finding key i for query i (algorithm 1 of the paper): (B, D), (B, D) -> scalar."""
    logits = F.normalize(queries, dim=1) @ F.normalize(keys, dim=1).T / TEMPERATURE
    return 2 * TEMPERATURE * F.cross_entropy(logits, torch.arange(len(queries), device=queries.device))
