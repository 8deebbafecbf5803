"""Quantised weights: each weight is rounded to one of few levels, as symmetric quantisation for each output channel does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Setting

if TYPE_CHECKING:
    from torch import Tensor, nn


def quantised(weight: Tensor, bits: int) -> Tensor:
    """Weights (outputs, ...) rounded to 2 ** bits - 1 equal steps from -m to m, m the largest size in an output channel.

    Returns the same shape and type; a channel of zeros stays as it is. Rounding only: what is computed with is floats.

    Source: Krishnamoorthi 2018, "Quantizing deep convolutional networks for efficient inference", section 2.2 (symmetric,
    per channel).
    """
    levels = 2 ** (bits - 1) - 1
    wide = weight.detach().float().flatten(1)
    step = wide.abs().amax(1, keepdim=True) / levels
    rounded: Tensor = (wide / step.where(step > 0, 1)).round() * step
    return rounded.view_as(weight).to(weight)


def apply(module: nn.Module, bits: Setting) -> None:
    """Quantise the weights of all linear and convolutional layers; biases, norms, positions and tokens stay as they are."""
    import torch
    from torch import nn

    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.Linear | nn.Conv2d):
                part.weight.copy_(quantised(part.weight, int(bits)))


add(
    Intervention(
        name="quantised to",
        title="weights of linear and convolutional layers, rounded to n bits symmetrically in each output channel",
        least=2,
        most=16,
        unit="bit",
        module=__name__,
        nouns=(
            "{} weight quantisation",
            "{} weight quantization",
            "{} quantisation",
            "{} quantization",
            "weight quantisation to {}",
            "weight quantization to {}",
            "quantisation to {}",
            "quantization to {}",
            "quantising to {}",
            "quantizing to {}",
        ),
        courses=("number of bits",),
        levels=(2, 3, 4, 8),
        phrases=(
            "quantised to {}",
            "quantized to {}",
            "with weights quantised to {}",
            "with weights quantized to {}",
            "quantised to int{n}",
            "quantized to int{n}",
            "with {} weights",
            "with int{n} weights",
            "with {} weight quantisation",
            "with {} weight quantization",
        ),
        synonyms=("quantized to",),
        apply=apply,
    )
)
