"""DINOv2 in small (Oquab et al. 2024; patch loss of iBOT, Zhou et al. 2022): DINO, masked patches, and spread-out images.

Beside DINO's loss on class tokens, the student names the patches that are hidden from it as the teacher, who sees them,
does; KoLeo keeps the class tokens of a batch apart. The heads are not shared and the teacher's answers are balanced by
Sinkhorn-Knopp (section 4 of DINOv2).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
from lightly.loss.koleo_loss import KoLeoLoss
from lightly.loss.swav_loss import sinkhorn
from lightly.models.modules.heads import DINOProjectionHead
from lightly.models.utils import random_block_mask, update_momentum
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from checker.lab.data import Dataset
from checker.lab.objectives.base import OBJECTIVES
from checker.lab.objectives.dino import (
    BOTTLENECK,
    DINO,
    HIDDEN,
    LOCAL_CROPS,
    PROTOTYPES,
    STUDENT_TEMPERATURE,
    crops,
    teacher_momentum,
    teacher_temperature,
)
from checker.lab.recipes import Recipe
from checker.lab.transformer import class_token, embed, encode

PATCH_WEIGHT, KOLEO_WEIGHT = 1.0, 0.1
MASKED_IMAGES, MASK_RATIO = 0.5, (0.1, 0.5)  # half the large crops lose a tenth to a half of their patches
SMALLEST_BLOCK = 2  # patches of an 8 x 8 grid; the paper's 4 are of 16 x 16
BALANCING = 3  # rounds of Sinkhorn-Knopp


@OBJECTIVES.register("dinov2")
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
        self.spread = KoLeoLoss()

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        large, small = crops(images, generator)
        mask = block_mask(len(large), self.grid, generator).to(large.device)  # (2 B, rows, columns)
        flat = mask.flatten(1)
        with torch.no_grad():
            seen = self.teacher.forward_features(large)
            taught = self.teacher_head(seen[:, 0]).chunk(2)
            named = self.teacher_patch_head(seen[:, self.prefix :][flat])
        hidden = torch.where(mask[..., None], self.mask_token, embed(self.encoder, large))
        tokens = encode(self.encoder, self.encoder._pos_embed(hidden))
        answers = [*self.head(tokens[:, 0]).chunk(2), *self.head(class_token(self.encoder, small)).chunk(LOCAL_CROPS)]
        guessed = self.patch_head(tokens[:, self.prefix :][flat])
        spread: Tensor = torch.stack([self.spread(view) for view in tokens[:, 0].chunk(2)]).sum()
        return self.match(taught, answers) + PATCH_WEIGHT * self.name(named, guessed, flat) + KOLEO_WEIGHT * spread

    def match(self, taught: Sequence[Tensor], answers: Sequence[Tensor]) -> Tensor:
        """Cross-entropy of each answer to the teacher's balanced answer to each other crop, averaged over these pairs."""
        wanted = self.balanced(torch.cat(list(taught))).chunk(len(taught))
        learned = [F.log_softmax(answer / STUDENT_TEMPERATURE, 1) for answer in answers]
        pairs = [-(w * a).sum(1).mean() for i, w in enumerate(wanted) for j, a in enumerate(learned) if i != j]
        return torch.stack(pairs).mean()

    def name(self, named: Tensor, guessed: Tensor, mask: Tensor) -> Tensor:
        """Cross-entropy on hidden patches: each picture counts the same, however many it hides. mask (2 B, L)."""
        distance = -(self.balanced(named) * F.log_softmax(guessed / STUDENT_TEMPERATURE, 1)).sum(1)
        share = 1 / mask.sum(1, keepdim=True).clamp(min=1)
        return (distance * share.expand_as(mask)[mask]).sum() / len(mask)

    @torch.no_grad()
    def balanced(self, answers: Tensor) -> Tensor:
        """The teacher's softmax with all prototypes used alike: (n, PROTOTYPES), rows that sum to 1."""
        shares: Tensor = sinkhorn(answers, BALANCING, teacher_temperature(self.progress))
        return shares

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
