"""A model that can be measured: a timm transformer with where its tokens stand and how it wants its images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Encoder:
    """`module` in evaluation mode; `size` the edge of its square input and `patch` of a patch, in pixels; `prefix` the
    tokens before the patches; `mean` and `std` a channel's, of images in [0, 1]; `weights` the hash of its weights."""

    name: str
    module: Any
    size: int
    patch: int
    prefix: int
    depth: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    weights: str

    @property
    def grid(self) -> tuple[int, int]:
        return self.size // self.patch, self.size // self.patch

    @property
    def tokens(self) -> int:
        return self.prefix + self.grid[0] * self.grid[1]

    def prepare(self, images: Tensor) -> Tensor:
        """uint8 images (n, 3, H, W), or floats in [0, 1], as the model wants them: (n, 3, size, size), normalised."""
        import torch
        from torch.nn import functional as F

        scaled = images.float() / 255 if images.dtype == torch.uint8 else images.float()
        if scaled.shape[-2:] != (self.size, self.size):
            scaled = F.interpolate(scaled, (self.size, self.size), mode="bicubic", antialias=True).clamp(0, 1)
        mean, std = (torch.tensor(values).view(1, -1, 1, 1) for values in (self.mean, self.std))
        prepared = (scaled - mean) / std
        weight = next(self.module.parameters(), None)
        return prepared if weight is None else prepared.to(weight)


def describe(name: str, module: Any, size: int, mean: tuple[float, ...], std: tuple[float, ...], weights: str) -> Encoder:
    """An Encoder for a timm transformer whose patches attend to all patches.

    Raises MeasurementError, naming the architecture, for one that has no such attention.
    """
    kind = type(module).__name__
    blocks, embed = getattr(module, "blocks", None), getattr(module, "patch_embed", None)
    patch = getattr(embed, "patch_size", None)
    prefix = getattr(module, "num_prefix_tokens", None)
    if blocks is None or patch is None or prefix is None or not hasattr(embed, "grid_size"):
        raise MeasurementError(
            f"{name}: {kind} has no global token-to-token attention on one grid of patches; "
            "metrics of attention and tokens need a plain vision transformer"
        )
    if patch[0] != patch[1] or size % patch[0]:
        raise MeasurementError(f"{name}: patches of {patch[0]} x {patch[1]} pixels do not tile an image of {size} pixels")
    module.eval().requires_grad_(False)
    return Encoder(name, module, size, int(patch[0]), int(prefix), len(blocks), mean, std, weights)
