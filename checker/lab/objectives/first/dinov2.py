"""DINOv2 in small (Oquab et al. 2024; patch loss of iBOT, Zhou et al. 2022): DINO, masked patches, and spread-out images.

Beside DINO's loss on class tokens, the student names the patches that are hidden from it as the teacher, who sees them,
does; KoLeo keeps the class tokens of a batch apart. The heads are not shared (section 4 of DINOv2). Teachers are centred
with a moving mean as in DINO and iBOT; DINOv2's Sinkhorn-Knopp needs larger batches than a laptop has.
"""

from __future__ import annotations

import random

import torch
from lightly.loss.ibot_loss import IBOTPatchLoss
from lightly.loss.koleo_loss import KoLeoLoss
from lightly.models.modules.heads import DINOProjectionHead
from lightly.models.utils import random_block_mask, update_momentum
from torch import Generator, Tensor, nn

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST
from checker.lab.objectives.first.dino import (
    BOTTLENECK,
    DINO,
    HIDDEN,
    PROTOTYPES,
    STUDENT_TEMPERATURE,
    TEACHER_TEMPERATURE,
    teacher_momentum,
)
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token, embed, encode

PATCH_WEIGHT, KOLEO_WEIGHT = 0.2, 0.01  # the paper's 1 and 0.1 leave a model this small knowing textures only
MASKED_IMAGES, MASK_RATIO = 0.5, (0.1, 0.5)  # half the large crops lose a tenth to a half of their patches
SMALLEST_BLOCK = 2  # patches of an 8 x 8 grid; the paper's 4 are of 16 x 16


@FIRST.register("dinov2")
class DINOv2(DINO):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        size = recipe.architecture
        self.grid, self.prefix = size.grid, size.prefix_tokens
        self.mask_token = nn.Parameter(torch.zeros(size.width))
        self.patch_head, self.teacher_patch_head = (
            DINOProjectionHead(size.width, HIDDEN, BOTTLENECK, PROTOTYPES) for _ in range(2)
        )
        self.teacher_patch_head.load_state_dict(self.patch_head.state_dict())
        self.teacher_patch_head.requires_grad_(False)
        self.patch_distance = IBOTPatchLoss(PROTOTYPES, TEACHER_TEMPERATURE, STUDENT_TEMPERATURE)
        self.spread = KoLeoLoss()

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        large, small = self.crops(images, generator)
        mask = block_mask(len(large), self.grid, generator)  # (2 B, rows, columns)
        with torch.no_grad():
            seen = self.teacher.forward_features(large)
            taught = self.teacher_head(seen[:, 0]).chunk(2)
            named = self.teacher_patch_head(seen[:, self.prefix :][mask.flatten(1)])
        hidden = torch.where(mask[..., None], self.mask_token, embed(self.encoder, large))
        tokens = encode(self.encoder, self.encoder._pos_embed(hidden))
        loss = self.match(taught, tokens[:, 0], class_token(self.encoder, small))
        loss += PATCH_WEIGHT * self.patch_distance(named, self.patch_head(tokens[:, self.prefix :][mask.flatten(1)]), mask)
        spread: Tensor = torch.stack([self.spread(view) for view in tokens[:, 0].chunk(2)]).sum()
        loss += KOLEO_WEIGHT * spread
        return loss

    def last_layers(self) -> tuple[nn.Module, ...]:
        return self.head.last_layer, self.patch_head.last_layer

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        super().after_update(progress)
        update_momentum(self.patch_head, self.teacher_patch_head, teacher_momentum(progress))


def block_mask(count: int, grid: tuple[int, int], generator: Generator) -> Tensor:
    """Rectangles of patches hidden from some of the images: (count, rows, columns) booleans, True where hidden."""
    state = random.getstate()
    random.seed(int(torch.randint(2**31, (1,), generator=generator)))  # lightly draws from Python's own generator
    mask = random_block_mask((count, *grid), MASKED_IMAGES, *MASK_RATIO, min_num_masks_per_block=SMALLEST_BLOCK)
    random.setstate(state)
    return mask
