"""I-JEPA (Assran et al. 2023): from a part of the picture, predict how other parts look to a moving average of the encoder.

The paper's encoder has no class token; here it has one, like every model of the lab, and nothing is asked of it.
"""

from __future__ import annotations

import copy

import torch
from lightly.models.modules.ijepa_timm import IJEPAPredictorTIMM
from lightly.models.utils import update_momentum
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST, Objective
from checker.lab.objectives.first.augment import random_crop, uniform
from checker.lab.objectives.first.mae import CROP_AREA, take
from checker.lab.recipes import Recipe
from checker.lab.transformer import embed, encode, normalise

TARGETS = 4  # blocks to predict (section 3)
TARGET_SCALE, TARGET_ASPECT = (0.15, 0.2), (0.75, 1.5)
CONTEXT_SCALE = (0.85, 1.0)
MOMENTUM = 0.996  # rising to 1 in a straight line
PREDICTOR_WIDTH, PREDICTOR_DEPTH, PREDICTOR_HEADS = 48, 2, 4


@FIRST.register("ijepa")
class IJEPA(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        size = recipe.architecture
        self.grid, self.prefix = size.grid, size.prefix_tokens
        self.predictor = IJEPAPredictorTIMM(
            num_patches=size.grid[0] * size.grid[1],
            depth=PREDICTOR_DEPTH,
            mlp_dim=size.width,
            predictor_embed_dim=PREDICTOR_WIDTH,
            num_heads=PREDICTOR_HEADS,
        )
        self.teacher = copy.deepcopy(self.encoder).requires_grad_(False)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        view = normalise(random_crop(images, images.shape[-1], CROP_AREA, generator))
        context, targets = context_and_targets(len(view), self.grid, generator)
        with torch.no_grad():
            seen = self.teacher.forward_features(view)[:, self.prefix :]
            seen = F.layer_norm(seen, seen.shape[-1:])
            wanted = torch.cat([take(seen, target) for target in targets])
        tokens = self.encoder._pos_embed(embed(self.encoder, view))
        prefix, patches = tokens[:, : self.prefix], tokens[:, self.prefix :]
        encoded = encode(self.encoder, torch.cat([prefix, take(patches, context)], 1))[:, self.prefix :]
        return F.smooth_l1_loss(self.predictor(encoded, context, targets), wanted)

    @torch.no_grad()
    def after_update(self, progress: float) -> None:
        update_momentum(self.encoder, self.teacher, MOMENTUM + (1 - MOMENTUM) * progress)


def context_and_targets(count: int, grid: tuple[int, int], generator: Generator) -> tuple[Tensor, list[Tensor]]:
    """Which patches each picture shows and which it asks for: (count, K) indices, and TARGETS times (count, M).

    The sizes of the blocks are drawn for the batch, their places for each picture. What a context loses to the targets
    differs between pictures, so all are cut down at random to the smallest one.
    """
    rows, columns = grid

    def size(scale: tuple[float, float], aspect: tuple[float, float]) -> tuple[int, int]:
        area = float(uniform(*scale, (1,), generator)) * rows * columns
        ratio = float(uniform(*aspect, (1,), generator))
        height, width = round((area * ratio) ** 0.5), round((area / ratio) ** 0.5)
        return min(max(height, 1), rows), min(max(width, 1), columns)

    def blocks(height: int, width: int) -> Tensor:
        """(count, rows, columns) booleans: one block a picture."""
        top = torch.randint(rows - height + 1, (count, 1), generator=generator)
        left = torch.randint(columns - width + 1, (count, 1), generator=generator)
        y, x = torch.arange(rows), torch.arange(columns)
        inside = ((y >= top) & (y < top + height))[:, :, None] & ((x >= left) & (x < left + width))[:, None, :]
        return inside.flatten(1)

    height, width = size(TARGET_SCALE, TARGET_ASPECT)
    hidden = [blocks(height, width) for _ in range(TARGETS)]
    targets = [mask.nonzero()[:, 1].view(count, -1) for mask in hidden]
    shown = blocks(*size(CONTEXT_SCALE, (1.0, 1.0)))
    for mask in hidden:
        shown = shown & ~mask
    fewest = max(1, int(shown.sum(1).min()))
    lottery = torch.rand(shown.shape, generator=generator) + shown
    return lottery.topk(fewest, 1).indices.sort(1).values, targets
