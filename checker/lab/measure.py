"""One model over the images of one data set: the values of a metric per block and image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.data import DATA
from checker.lab.metrics import METRICS
from checker.lab.recipes import Architecture

if TYPE_CHECKING:
    import numpy as np

IMAGES = 256  # measured in every claim, the same ones for every model
BATCH = 32


@dataclass(frozen=True)
class Measurement:
    """`values` (blocks, images): the metric averaged over heads, in its unit. `uniform` is what uniform attention gives on
    the same grid, `weights` the hash of the model."""

    metric: str
    weights: str
    values: np.ndarray
    uniform: float


def measure(metric: str, model: Path, data: str, count: int = IMAGES) -> Measurement:
    """Measure a model file on the first `count` images of the data's `measure` split.

    Raises MeasurementError for a damaged model, or where a value is not finite (naming the block).
    """
    import torch

    from checker.lab.attention import visit_attention
    from checker.lab.checkpoints import load
    from checker.lab.transformer import normalise

    encoder, card = load(model)
    architecture = card.recipe.architecture
    images = torch.from_numpy(DATA[data].split("measure", count).images)
    values = torch.full((architecture.depth, count), torch.nan, dtype=torch.float64)
    for start in range(0, count, BATCH):
        batch = normalise(images[start : start + BATCH])

        def visit(block: int, attention: torch.Tensor, start: int = start) -> None:
            per_head = METRICS[metric].measure(attention, architecture.grid, architecture.patch_size, architecture.prefix_tokens)
            values[block, start : start + len(attention)] = per_head.mean(1)

        visit_attention(encoder, batch, visit)
    if not values.isfinite().all():
        block, image = (~values.isfinite()).nonzero()[0].tolist()
        value = float(values[block, image])
        raise MeasurementError(f"{metric} is {value} in layer {block + 1}, image {image} of {model.name}; not a measurement")
    return Measurement(metric, card.weights, values.numpy(), _uniform(metric, architecture))


def _uniform(metric: str, size: Architecture) -> float:
    """The metric of attention that prefers nothing: the line that a model has to depart from."""
    import torch

    tokens = size.prefix_tokens + size.grid[0] * size.grid[1]
    attention = torch.full((1, 1, tokens, tokens), 1 / tokens)
    return float(METRICS[metric].measure(attention, size.grid, size.patch_size, size.prefix_tokens))
