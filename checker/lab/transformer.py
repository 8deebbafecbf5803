"""The one transformer of the lab: timm's VisionTransformer in the size of a recipe."""

from __future__ import annotations

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor

from checker.lab.encoder import Encoder, describe
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


def as_encoder(name: str, module: VisionTransformer, weights: str = "") -> Encoder:
    """A lab transformer as something that can be measured; its input is the size it was built for."""
    size = module.patch_embed.img_size[0]
    return describe(name, module, size, (MEAN,) * 3, (STD,) * 3, weights)


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


def class_token(encoder: VisionTransformer, images: Tensor) -> Tensor:
    """What the class token says of normalised images, after the final norm: (batch, width)."""
    tokens: Tensor = encoder.forward_features(images)
    return tokens[:, 0]
