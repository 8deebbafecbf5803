"""The one transformer of the lab: timm's VisionTransformer in the size of a recipe."""

from __future__ import annotations

from typing import Any

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor

from checker.lab.recipes import Architecture

# Pixels in [0, 1] are normalised with these, the same for every generated data set.
MEAN, STD = 0.5, 0.25


def build(architecture: Architecture) -> VisionTransformer:
    """A freshly initialised encoder (timm's own initialisation, from torch's global generator)."""
    return VisionTransformer(
        img_size=architecture.image_size,
        patch_size=architecture.patch_size,
        embed_dim=architecture.width,
        depth=architecture.depth,
        num_heads=architecture.heads,
        reg_tokens=architecture.registers,
        num_classes=0,
        dynamic_img_size=True,  # DINO's local crops are smaller than the image
    )


def normalise(images: Tensor) -> Tensor:
    """uint8 images, or floats in [0, 1], to what the encoder was trained on; same shape."""
    scaled = images.float() / 255 if images.dtype == torch.uint8 else images
    return (scaled - MEAN) / STD


def embed(encoder: VisionTransformer, images: Tensor) -> Tensor:
    """Patch embeddings before positions: (batch, rows, columns, width)."""
    embedded: Tensor = encoder.patch_embed(images)
    return embedded


def encode(encoder: VisionTransformer, tokens: Tensor) -> Tensor:
    """Run the blocks and the final norm on tokens that have their positions: (batch, tokens, width), unchanged shape."""
    encoded: Tensor = encoder.norm(encoder.blocks(tokens))
    return encoded


@torch.no_grad()
def patch_features(encoder: VisionTransformer, images: Tensor) -> Tensor:
    """The mean patch token after each block, normalised: (depth, images, width). What probes see of any model."""
    blocks = []
    for batch in images.split(250):
        maps: Any = encoder.forward_intermediates(normalise(batch), norm=True, output_fmt="NLC", intermediates_only=True)
        blocks.append(torch.stack([tokens.mean(1) for tokens in maps]))
    return torch.cat(blocks, 1)
