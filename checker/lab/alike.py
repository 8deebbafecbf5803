"""How alike what two models learned is: linear CKA between their features at each layer, over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from checker.lab.metrics.layer_similarity import unit_gram

if TYPE_CHECKING:
    from torch import Tensor


def seeds_alike(features: Mapping[str, Sequence[Sequence[Tensor]]]) -> dict[tuple[str, str], Tensor]:
    """Linear CKA of every two models at each layer: (depth,), the mean over all pairs of their seeds, and of a model with itself
    over the pairs of different seeds: as alike as chance in training leaves a model to itself. NaN where there is no pair.

    features: for each model the features of its seeds, (images, width) at each layer, all of the same images.

    Source: see `cka_between`. Raises ValueError for features of different images or depths.
    """
    import torch

    # The mean over pairs of seeds of an inner product is the inner product of the means.
    units = {
        name: torch.stack([torch.stack([unit_gram(layer) for layer in one]) for one in seeds]) for name, seeds in features.items()
    }
    means = {name: seeds.mean(0) for name, seeds in units.items()}
    found: dict[tuple[str, str], Tensor] = {}
    for first, second in product(features, repeat=2):
        found[first, second] = (means[first] * means[second]).sum(-1)
        if first == second:
            count = len(units[first])
            found[first, first] = (found[first, first] * count - 1) / (count - 1) if count > 1 else means[first][:, 0] * torch.nan
    return found
