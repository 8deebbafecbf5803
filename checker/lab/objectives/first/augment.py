"""Random views of a batch, drawn from an explicit generator so that a step can be repeated exactly."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.lab.transformer import normalise

JITTER = 0.4  # of brightness, contrast and saturation, for objectives that compare views


def uniform(low: float, high: float, size: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.rand(size, generator=generator) * (high - low) + low


def random_crop(images: Tensor, size: int, area: tuple[float, float], generator: Generator) -> Tensor:
    """Random resized crop with a random mirror image: (batch, 3, H, W) in [0, 1] -> (batch, 3, size, size).

    `area` is the share of the picture that a crop covers; the aspect ratio is 3/4 to 4/3.
    """
    n = len(images)
    share = uniform(*area, (n,), generator)
    stretch = uniform(-math.log(4 / 3), math.log(4 / 3), (n,), generator).exp().sqrt()
    width, height = (share.sqrt() * stretch).clamp(max=1), (share.sqrt() / stretch).clamp(max=1)
    left = (torch.rand(n, generator=generator) * 2 - 1) * (1 - width)
    top = (torch.rand(n, generator=generator) * 2 - 1) * (1 - height)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    zero = torch.zeros(n)
    affine = torch.stack([torch.stack([width * mirror, zero, left], 1), torch.stack([zero, height, top], 1)], 1)
    grid = F.affine_grid(affine, [n, 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def colour_jitter(images: Tensor, strength: float, generator: Generator, grey: float = 0.2) -> Tensor:
    """Random brightness, contrast and saturation per picture, each by up to `strength`; `grey` of them lose their colour."""
    n = len(images)

    def factor(amount: float) -> Tensor:
        return uniform(1 - amount, 1 + amount, (n, 1, 1, 1), generator)

    images = images * factor(strength)
    middle = images.mean((1, 2, 3), keepdim=True)
    images = (images - middle) * factor(strength) + middle
    light = images.mean(1, keepdim=True)
    colourless = torch.rand((n, 1, 1, 1), generator=generator) < grey
    images = torch.where(colourless, light.expand_as(images), (images - light) * factor(strength) + light)
    return images.clamp(0, 1)


def two_views(images: Tensor, area: tuple[float, float], generator: Generator) -> list[Tensor]:
    """Two crops of each picture in other colours, normalised: twice (batch, 3, H, W), as contrastive objectives see it."""
    crops = (random_crop(images, images.shape[-1], area, generator) for _ in range(2))
    return [normalise(colour_jitter(crop, JITTER, generator)) for crop in crops]
