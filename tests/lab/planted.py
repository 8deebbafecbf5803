"""Encoders whose tokens are known functions of the picture, and data sets made of given pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from checker.lab.data import Dataset, Split
from checker.lab.encoder import Encoder

Tokens = Callable[[Tensor], Tensor]  # prepared pictures (batch, 3, size, size) -> patch tokens (batch, L, width)


class Block(nn.Module):
    """Hands on planted patch tokens behind prefix tokens of noise, which must not matter."""

    def __init__(self, tokens: Tokens, prefix: int) -> None:
        super().__init__()
        self.tokens, self.prefix = tokens, prefix

    def forward(self, pictures: Tensor) -> Tensor:
        patches = self.tokens(pictures)
        return torch.cat([1e4 * torch.randn(len(patches), self.prefix, patches.shape[2]), patches], 1)


class Planted(nn.Module):
    def __init__(self, blocks: list[Block]) -> None:
        super().__init__()
        self.blocks, self.norm = nn.ModuleList(blocks), nn.Identity()

    def forward_features(self, pictures: Tensor) -> Tensor:
        for block in self.blocks:
            tokens = block(pictures)
        return tokens


def planted(*blocks: Tokens, size: int = 32, patch: int = 4, prefix: int = 1, mean: float = 0.0, std: float = 1.0) -> Encoder:
    """An encoder with a block for each function; with the default mean and spread it sees pixels in [0, 1]."""
    module = Planted([Block(tokens, prefix) for tokens in blocks])
    return Encoder("planted", module, size, patch, prefix, len(blocks), (mean,) * 3, (std,) * 3, "")


def everywhere(features: Tensor, patches: int = 64) -> Tensor:
    """Tokens (batch, patches, width) that all hold the features (batch, width) of the whole picture."""
    return features[:, None].expand(-1, patches, -1)


def patch_pixels(pictures: Tensor, patch: int = 4) -> Tensor:
    """Each patch's pixels: (batch, L, 3 * patch * patch), patches in row-major order."""
    return F.unfold(pictures, patch, stride=patch).mT


def noise(count: int, size: int = 32, seed: int = 0) -> np.ndarray:
    """Pictures of independent pixels, uint8."""
    return np.random.default_rng(seed).integers(0, 256, (count, 3, size, size), dtype=np.uint8)


def data_of(levels: Mapping[str, int], **splits: tuple[np.ndarray, Mapping[str, np.ndarray]]) -> Dataset:
    """A data set of given pictures: split name, with _ for -, to images and factors. The category is the factors' pair."""

    def draw(name: str, count: int, size: int) -> Split:
        images, factors = splits[name.replace("-", "_")]
        category = np.zeros(len(images), np.int64)
        for factor, number in levels.items():
            category = category * number + factors[factor]
        return Split(images, factors, category).first(count)

    names = {factor: tuple(map(str, range(number))) for factor, number in levels.items()}
    return Dataset("planted", "planted images", (), int(np.prod(list(levels.values()))) if levels else 0, names, draw, __name__)


def coded(count: int, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Pictures of one colour: factor "red" (3 levels) is the amount of red, "green" (4 levels) that of green."""
    rng = np.random.default_rng(seed)
    red, green = rng.integers(3, size=count), rng.integers(4, size=count)
    images = rng.integers(0, 20, (count, 3, 32, 32))
    images[:, 0] += 100 * red[:, None, None]
    images[:, 1] += 70 * green[:, None, None]
    return images.astype(np.uint8), {"red": red, "green": green}


CODED = data_of({"red": 3, "green": 4}, probe_train=coded(300, 1), measure=coded(64, 2))
