"""Damage to pictures that is the same for every model: tiles out of order or hidden, frequencies taken away.

Each perturbation takes pictures (n, 3, H, W), uint8 or floats in [0, 1], and gives floats in [0, 1] of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab.subjects import Subject

SEED = 0  # of every random choice, so that all models see the same pictures
SHUFFLE_TILES = 4  # along an edge
OCCLUSION_TILES = 8  # along an edge
OCCLUDED = 0.5  # share of those tiles that is hidden
GREY = 0.5  # what hides them
CUT = 0.25  # of the Nyquist frequency: 4 cycles across a picture of 32 pixels


def accuracy_under(subject: Subject, perturb: Callable[[Tensor], Tensor]) -> Tensor:
    """The share of the data's factors that linear probes name right in each perturbed picture: (1, images).

    The probes read the last layer's features and were fitted on clean pictures of the split "probe-train".

    Raises MeasurementError where nothing is known of the data's pictures.
    """
    last = subject.encoder.depth - 1
    readout = subject.readout
    features = subject.pooled(perturb(subject.images))[last]
    return readout.share_right(last, features, subject.split("measure", subject.count).factors)[None]


def shuffle_tiles(images: Tensor) -> Tensor:
    """Cut each picture into SHUFFLE_TILES x SHUFFLE_TILES tiles and put them back in an order of its own.

    Raises MeasurementError when the tiles do not divide the picture evenly.
    """
    pixels = _unit(images)
    count, channels, height, width = pixels.shape
    if height % SHUFFLE_TILES or width % SHUFFLE_TILES:
        raise MeasurementError(
            f"a picture of {height} x {width} pixels cannot be cut into {SHUFFLE_TILES} x {SHUFFLE_TILES} equal tiles"
        )
    rows, columns = height // SHUFFLE_TILES, width // SHUFFLE_TILES
    grid = pixels.reshape(count, channels, SHUFFLE_TILES, rows, SHUFFLE_TILES, columns).permute(0, 2, 4, 1, 3, 5)
    tiles = grid.flatten(1, 2)  # (n, tiles, channels, rows, columns)
    order = torch.rand(count, SHUFFLE_TILES**2, generator=Generator().manual_seed(SEED)).argsort(1)
    shuffled = tiles.gather(1, order[:, :, None, None, None].expand_as(tiles))
    return shuffled.reshape(grid.shape).permute(0, 3, 1, 4, 2, 5).reshape(pixels.shape)


def occlude(images: Tensor) -> Tensor:
    """Hide a random OCCLUDED share of each picture's OCCLUSION_TILES x OCCLUSION_TILES tiles behind mid-grey."""
    pixels = _unit(images)
    hidden = round(OCCLUDED * OCCLUSION_TILES**2)
    rank = torch.rand(len(pixels), OCCLUSION_TILES**2, generator=Generator().manual_seed(SEED)).argsort(1).argsort(1)
    tiles = (rank < hidden).float().view(-1, 1, OCCLUSION_TILES, OCCLUSION_TILES)
    return pixels.masked_fill(F.interpolate(tiles, pixels.shape[-2:], mode="nearest") > 0, GREY)


def low_pass(images: Tensor) -> Tensor:
    """Keep the spatial frequencies below CUT (an ideal radial filter); values beyond [0, 1] are clipped."""
    pixels = _unit(images)
    return _filter(pixels, _radius(pixels) < CUT)


def high_pass(images: Tensor) -> Tensor:
    """Keep the spatial frequencies from CUT on and each channel's mean (an ideal radial filter); clipped to [0, 1]."""
    pixels = _unit(images)
    radius = _radius(pixels)
    return _filter(pixels, (radius >= CUT) | (radius == 0))


def _unit(images: Tensor) -> Tensor:
    return images.float() / 255 if images.dtype == torch.uint8 else images.float()


def _radius(pixels: Tensor) -> Tensor:
    """Spatial frequency of each term of `rfft2`, as a share of the Nyquist frequency: (H, W // 2 + 1)."""
    height, width = pixels.shape[-2:]
    return 2 * torch.hypot(torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None])


def _filter(pixels: Tensor, kept: Tensor) -> Tensor:
    filtered: Tensor = torch.fft.irfft2(torch.fft.rfft2(pixels) * kept, s=tuple(pixels.shape[-2:]))
    return filtered.clamp(0, 1)
