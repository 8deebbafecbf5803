"""Pruned weights: the smallest of each layer are set to zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Setting

if TYPE_CHECKING:
    from torch import nn


def apply(module: nn.Module, percent: Setting) -> None:
    """Set the smallest `percent` of the weights of each linear and convolutional layer to zero, without any training afterwards.
    Biases, norms, positions and tokens stay as they are.

    Source: magnitude pruning, Han et al. 2015, "Learning both weights and connections for efficient neural networks".
    """
    from torch import nn
    from torch.nn.utils import prune

    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Conv2d):
            prune.l1_unstructured(part, "weight", percent / 100)
            prune.remove(part, "weight")
            part.weight.requires_grad_(False)


add(
    Intervention(
        name="pruned to",
        title="the smallest weights of each linear and convolutional layer set to zero (n % of them), without training after it",
        least=1,
        most=99,
        unit="%",
        whole=False,
        module=__name__,
        nouns=(
            "pruning to {} sparsity",
            "magnitude pruning to {} sparsity",
            "pruning {} of the weights",
            "pruning {} of its weights",
        ),
        loose=(
            ("pruned to {}", "pruned to {} sparsity"),
            ("pruned by {}", "pruned to {} sparsity"),
            ("pruning to {}", "pruning to {} sparsity"),
            ("with {} of its weights removed", "with {} of its weights pruned"),
            ("without {} of its weights", "with {} of its weights pruned"),
        ),
        courses=("sparsity",),
        levels=(25, 50, 75, 90),
        phrases=(
            "pruned to {} sparsity",
            "pruned to a sparsity of {}",
            "at {} sparsity",
            "with {} sparsity",
            "with a sparsity of {}",
            "at a sparsity of {}",
            "with {} of its weights pruned",
            "with {} of the weights pruned",
        ),
        synonyms=("sparsity",),
        apply=apply,
    )
)
