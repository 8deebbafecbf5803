"""Random views of a batch, with parameters of its own for every picture, drawn from an explicit generator on the CPU so that a
step can be repeated exactly, on any device.

Strengths are those that pictures of 32 pixels bear. Colour: half of SimCLR's full strength, as its authors use for CIFAR-10
(Chen et al. 2020, appendix B.9). Blur: a standard deviation of at most 0.75 pixels, which leaves half its contrast to the
finest surface there is, a wave of four pixels; the papers' 2 of 224 pixels would be 0.3 of 32.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.lab.transformer import normalise

BLUR = (0.1, 0.75)  # pixels, standard deviation
TAPS = 2  # on either side of the blur's middle one
SOLARISED_FROM = 0.5  # brightness, as in the papers' 128 of 255
GREY_WEIGHTS = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)


@dataclass(frozen=True)
class Look:
    """How the colours of one view are changed: amounts of brightness, contrast, saturation (relative) and hue (of a full turn),
    and the shares of pictures that are jittered at all, lose their colour, are blurred and are solarised."""

    brightness: float
    contrast: float
    saturation: float
    hue: float
    jittered: float = 0.8
    grey: float = 0.2
    blurred: float = 0.0
    solarised: float = 0.0


def uniform(low: float, high: float, size: tuple[int, ...], generator: Generator) -> Tensor:
    """Numbers in [low, high), on the CPU."""
    return torch.rand(size, generator=generator) * (high - low) + low


def random_crop(images: Tensor, size: int, area: tuple[float, float], generator: Generator, mirrored: bool = True) -> Tensor:
    """Random resized crop with a random mirror image: (batch, 3, H, W) in [0, 1] -> (batch, 3, size, size).

    `area` is the share of the picture that a crop covers; the aspect ratio is 3/4 to 4/3.
    """
    n = len(images)
    share = uniform(*area, (n,), generator)
    stretch = uniform(-math.log(4 / 3), math.log(4 / 3), (n,), generator).exp().sqrt()
    width, height = (share.sqrt() * stretch).clamp(max=1), (share.sqrt() / stretch).clamp(max=1)
    left = uniform(-1, 1, (n,), generator) * (1 - width)
    top = uniform(-1, 1, (n,), generator) * (1 - height)
    if mirrored:
        width = torch.where(torch.rand(n, generator=generator) < 0.5, -width, width)
    zero = torch.zeros(n)
    affine = torch.stack([torch.stack([width, zero, left], 1), torch.stack([zero, height, top], 1)], 1)
    grid = F.affine_grid(affine.to(images.device), [n, 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def recolour(images: Tensor, look: Look, generator: Generator) -> Tensor:
    """Colour jitter, loss of colour, blur and solarisation, in this order, each in its share of the pictures; same shape."""
    n = len(images)

    def chosen(share: float) -> Tensor:
        return (torch.rand((n, 1, 1, 1), generator=generator) < share).to(images.device)

    jittered = torch.where(chosen(look.jittered), _jitter(images, look, generator), images)
    seen = torch.where(chosen(look.grey), _grey(jittered).expand_as(images), jittered)
    if look.blurred:
        seen = torch.where(chosen(look.blurred), _blur(seen, uniform(*BLUR, (n, 1, 1, 1), generator).to(images.device)), seen)
    if look.solarised:
        seen = torch.where(chosen(look.solarised), torch.where(seen < SOLARISED_FROM, seen, 1 - seen), seen)
    return seen


def views(images: Tensor, looks: tuple[Look, ...], size: int, area: tuple[float, float], generator: Generator) -> Tensor:
    """One crop of each picture for each look, normalised, view by view along the batch: (looks * batch, 3, size, size)."""
    return normalise(torch.cat([recolour(random_crop(images, size, area, generator), look, generator) for look in looks]))


def _jitter(images: Tensor, look: Look, generator: Generator) -> Tensor:
    n, device = len(images), images.device
    amounts = (look.brightness, look.contrast, look.saturation)
    bright, contrast, colour = (uniform(1 - a, 1 + a, (n, 1, 1, 1), generator).to(device) for a in amounts)
    turn = uniform(-look.hue, look.hue, (n, 1, 1, 1), generator).to(device) * 2 * math.pi
    images = (images * bright).clamp(0, 1)
    middle = _grey(images).mean((2, 3), keepdim=True)
    images = ((images - middle) * contrast + middle).clamp(0, 1)
    light = _grey(images)
    return (light + _turned(images - light, turn) * colour).clamp(0, 1)


def _turned(colours: Tensor, angle: Tensor) -> Tensor:
    """Turn colours about the grey axis (Rodrigues' formula with the axis (1, 1, 1) / sqrt(3))."""
    red, green, blue = colours.unbind(1)
    across = torch.stack([blue - green, red - blue, green - red], 1) / math.sqrt(3)
    along = colours.mean(1, keepdim=True)
    turned: Tensor = along + (colours - along) * angle.cos() + across * angle.sin()
    return turned


def _grey(images: Tensor) -> Tensor:
    """Brightness: (batch, 3, H, W) -> (batch, 1, H, W)."""
    red, green, blue = images.unbind(1)
    return (GREY_WEIGHTS[0] * red + GREY_WEIGHTS[1] * green + GREY_WEIGHTS[2] * blue)[:, None]


def _blur(images: Tensor, deviation: Tensor) -> Tensor:
    """Gaussian blur, one standard deviation (batch, 1, 1, 1) in pixels for each picture."""
    places = torch.arange(-TAPS, TAPS + 1, device=images.device)
    weights = (-(places**2) / (2 * deviation.flatten(1) ** 2)).exp()  # (batch, taps)
    weights = weights / weights.sum(1, keepdim=True)
    for side in (2, 3):
        padding = [0, 0, TAPS, TAPS] if side == 2 else [TAPS, TAPS, 0, 0]
        padded = F.pad(images, padding, mode="replicate")
        length = images.shape[side]
        images = sum(  # type: ignore[assignment]
            weights[:, i, None, None, None] * padded.narrow(side, i, length) for i in range(2 * TAPS + 1)
        )
    return images
