"""Common corruptions of pictures in five severities, the same for every model: noise, blur, lost contrast, compression.

Each corruption takes pictures (n, 3, H, W), uint8 or floats in [0, 1], and a severity from 1 to 5, and gives floats in [0, 1] of
the same shape. The strengths are those of Hendrycks and Dietterich 2019: of CIFAR-10-C for pictures of up to SMALL pixels, of
ImageNet-C for larger ones.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import Image
from torch import Generator, Tensor
from torch.nn import functional as F

from checker.lab.perturbations import SEED, accuracy_under
from checker.lab.subjects import Subject

SEVERITIES = (1, 2, 3, 4, 5)
SMALL = 64  # pixels along an edge
REACH = 4.0  # standard deviations at which the kernel of a blur ends

Strengths = tuple[float, float, float, float, float]
Corruption = Callable[[Tensor, int], Tensor]

# For small pictures and for large ones, by severity.
NOISE: tuple[Strengths, Strengths] = ((0.04, 0.06, 0.08, 0.09, 0.10), (0.08, 0.12, 0.18, 0.26, 0.38))  # standard deviation
BLUR: tuple[Strengths, Strengths] = ((0.4, 0.6, 0.7, 0.8, 1.0), (1, 2, 3, 4, 6))  # standard deviation, pixels
CONTRAST: tuple[Strengths, Strengths] = ((0.75, 0.5, 0.4, 0.3, 0.15), (0.4, 0.3, 0.2, 0.1, 0.05))  # share that is kept
QUALITY: tuple[Strengths, Strengths] = ((80, 65, 58, 50, 40), (25, 18, 15, 10, 7))  # of JPEG


def corrupted_accuracy(subject: Subject, corruptions: Sequence[Corruption], severities: Sequence[int] = SEVERITIES) -> Tensor:
    """The share of the data's factors that linear probes name right in each corrupted picture, mean over corruptions and
    severities: (1, images). See `accuracy_under`.

    Raises MeasurementError where nothing is known of the data's pictures.
    """
    pairs = [(corrupt, severity) for corrupt in corruptions for severity in severities]
    shares = [accuracy_under(subject, lambda images, c=corrupt, s=severity: c(images, s)) for corrupt, severity in pairs]  # type: ignore[misc]
    return torch.stack(shares).mean(0)


def gaussian_noise(images: Tensor, severity: int) -> Tensor:
    """Add independent normal noise to every value; clipped to [0, 1]."""
    pixels = _unit(images)
    noise = torch.randn(pixels.shape, generator=Generator().manual_seed(SEED))
    return (pixels + _strength(NOISE, pixels, severity) * noise).clamp(0, 1)


def gaussian_blur(images: Tensor, severity: int) -> Tensor:
    """Convolve with a normal kernel that ends at REACH standard deviations; the edge of the picture is continued."""
    pixels = _unit(images)
    sigma = _strength(BLUR, pixels, severity)
    radius = int(REACH * sigma + 0.5)
    kernel = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) / sigma).square())
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    padded = F.pad(pixels, (radius,) * 4, mode="replicate")
    blurred: Tensor = F.conv2d(F.conv2d(padded, kernel, groups=3), kernel.mT, groups=3)
    return blurred.clamp(0, 1)


def lost_contrast(images: Tensor, severity: int) -> Tensor:
    """Bring every value nearer to the mean of its channel in its picture."""
    pixels = _unit(images)
    mean = pixels.mean((2, 3), keepdim=True)
    return (mean + _strength(CONTRAST, pixels, severity) * (pixels - mean)).clamp(0, 1)


def jpeg_compression(images: Tensor, severity: int) -> Tensor:
    """Encode each picture as a JPEG, of 8 bits a channel and with the encoder's own halved colour resolution, and decode it."""
    pixels = _unit(images)
    quality = int(_strength(QUALITY, pixels, severity))
    return torch.stack([_through_jpeg(picture, quality) for picture in (pixels * 255).round().byte()])


def _through_jpeg(picture: Tensor, quality: int) -> Tensor:
    encoded = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).numpy()).save(encoded, "JPEG", quality=quality)
    decoded = np.array(Image.open(encoded))
    return torch.from_numpy(decoded).permute(2, 0, 1).float() / 255


def _strength(table: tuple[Strengths, Strengths], pixels: Tensor, severity: int) -> float:
    return table[max(pixels.shape[-2:]) > SMALL][severity - 1]


def _unit(images: Tensor) -> Tensor:
    return images.float() / 255 if images.dtype == torch.uint8 else images.float()
