"""SimMIM (Xie et al. 2022): masked patches enter the encoder as mask tokens; one linear layer predicts raw pixels."""

from __future__ import annotations

import torch
from lightly.models.utils import patchify
from torch import Generator, Tensor, nn

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST, Objective
from checker.lab.objectives.first.augment import random_crop
from checker.lab.recipes import Recipe
from checker.lab.transformer import embed, encode, normalise

MASK_RATIO = 0.6  # section 4.1.2
MASK_UNIT = 2  # patches: masks cover squares larger than one patch (section 3.2)
CROP_AREA = (0.6, 1.0)


def block_mask(count: int, grid: tuple[int, int], generator: Generator) -> Tensor:
    """Random squares of MASK_UNIT patches: (count, rows * columns) booleans, True where masked."""
    rows, columns = grid[0] // MASK_UNIT, grid[1] // MASK_UNIT
    masked = round(rows * columns * MASK_RATIO)
    order = torch.rand((count, rows * columns), generator=generator).argsort(1).argsort(1)
    units = (order < masked).view(count, rows, columns)
    return units.repeat_interleave(MASK_UNIT, 1).repeat_interleave(MASK_UNIT, 2).flatten(1)


@FIRST.register("simmim")
class SimMIM(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        size = recipe.architecture
        self.grid, self.patch, self.prefix = size.grid, size.patch_size, size.prefix_tokens
        self.mask_token = nn.Parameter(torch.randn(size.width) * 0.02)
        self.head = nn.Linear(size.width, self.patch**2 * 3)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        view = normalise(random_crop(images, images.shape[-1], CROP_AREA, generator))
        mask = block_mask(len(view), self.grid, generator)  # (B, L)
        embedded = embed(self.encoder, view)  # (B, rows, columns, D)
        hidden = torch.where(mask.view(len(view), *self.grid, 1), self.mask_token, embedded)
        tokens = encode(self.encoder, self.encoder._pos_embed(hidden))[:, self.prefix :]
        loss: Tensor = (self.head(tokens[mask]) - patchify(view, self.patch)[mask]).abs().mean()  # L1 on masked pixels
        return loss
