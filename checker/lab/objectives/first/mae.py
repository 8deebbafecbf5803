"""Masked autoencoder (He et al. 2022): the encoder sees a quarter of the patches, a small decoder restores the rest."""

from __future__ import annotations

import torch
from lightly.models.utils import patchify
from timm.models.vision_transformer import Block
from torch import Generator, Tensor, nn

from checker.lab.data import Dataset
from checker.lab.objectives.base import FIRST, Objective
from checker.lab.objectives.first.augment import random_crop
from checker.lab.recipes import Recipe
from checker.lab.transformer import embed, encode, normalise

MASK_RATIO = 0.75  # section 4.1
CROP_AREA = (0.6, 1.0)
DECODER_WIDTH, DECODER_DEPTH, DECODER_HEADS = 64, 2, 4


def random_mask(count: int, tokens: int, ratio: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Per picture, which tokens stay and which are hidden: (count, kept) and (count, masked) indices."""
    order = torch.rand((count, tokens), generator=generator).argsort(1)
    kept = tokens - int(tokens * ratio)
    return order[:, :kept], order[:, kept:]


def take(tokens: Tensor, index: Tensor) -> Tensor:
    """tokens (B, N, D), index (B, K) -> (B, K, D)."""
    return tokens.gather(1, index[:, :, None].expand(-1, -1, tokens.shape[-1]))


def normalised_patches(images: Tensor, patch: int) -> Tensor:
    """The targets, each patch with zero mean and unit variance (section 4.2): (B, L, patch * patch * 3)."""
    target = patchify(images, patch)
    mean, variance = target.mean(-1, keepdim=True), target.var(-1, keepdim=True)
    normalised: Tensor = (target - mean) / (variance + 1e-6) ** 0.5
    return normalised


@FIRST.register("mae")
class MAE(Objective):
    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        super().__init__(recipe, data)
        size = recipe.architecture
        self.patch = size.patch_size
        self.prefix = size.prefix_tokens
        positions = size.grid[0] * size.grid[1]
        self.widen = nn.Linear(size.width, DECODER_WIDTH)
        self.mask_token = nn.Parameter(torch.randn(1, 1, DECODER_WIDTH) * 0.02)
        self.positions = nn.Parameter(torch.randn(1, positions, DECODER_WIDTH) * 0.02)
        self.decoder = nn.Sequential(
            *[Block(DECODER_WIDTH, DECODER_HEADS, qkv_bias=True) for _ in range(DECODER_DEPTH)],
            nn.LayerNorm(DECODER_WIDTH),
        )
        self.head = nn.Linear(DECODER_WIDTH, self.patch**2 * 3)

    def loss(self, images: Tensor, category: Tensor, generator: Generator) -> Tensor:
        view = normalise(random_crop(images, images.shape[-1], CROP_AREA, generator))
        kept, masked = random_mask(len(view), self.positions.shape[1], MASK_RATIO, generator)
        return self.restoration(self.see(view, kept), view, kept, masked)

    def see(self, view: Tensor, kept: Tensor) -> Tensor:
        """Encode the prefix and the `kept` patches (B, K) of normalised images: (B, prefix + K, D)."""
        tokens = self.encoder._pos_embed(embed(self.encoder, view))  # (B, prefix + L, D)
        prefix, patches = tokens[:, : self.prefix], tokens[:, self.prefix :]
        return encode(self.encoder, torch.cat([prefix, take(patches, kept)], 1))

    def restoration(self, seen: Tensor, view: Tensor, kept: Tensor, masked: Tensor) -> Tensor:
        """Mean squared error of the decoder on the `masked` patches, from what the encoder made of the `kept` ones."""
        encoded = self.widen(seen)
        order = torch.cat([kept, masked], 1)  # the decoder sees the visible patches first, then the masked ones
        hidden = self.mask_token.expand(len(view), masked.shape[1], -1)
        canvas = torch.cat([encoded[:, self.prefix :], hidden], 1) + take(self.positions.expand(len(view), -1, -1), order)
        decoded = self.decoder(torch.cat([encoded[:, : self.prefix], canvas], 1))
        predicted = self.head(decoded[:, -masked.shape[1] :])  # (B, masked, patch * patch * 3)
        target = take(normalised_patches(view, self.patch), masked)
        loss: Tensor = (predicted - target).square().mean()
        return loss
