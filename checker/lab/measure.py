"""One model over the images of one data set: the values of several metrics per block and image, from one forward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.metric import lacking
from checker.lab.metrics import METRICS

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from checker.lab.encoder import Encoder
    from checker.lab.metric import Metric
    from checker.lab.subjects import Subject

IMAGES = 256  # measured in every claim, the same ones for every model


@dataclass(frozen=True)
class Measurement:
    """`values` (rows, images) in the metric's unit: a row for each block, attention averaged over heads, or one row for the
    whole model. `heads` (rows, heads, images) holds the same head by head, for a metric that has a value for each. `uniform` is
    what uniform attention gives on the same grid (None for a metric that is not about attention), `weights` the hash of the
    model."""

    metric: str
    weights: str
    values: np.ndarray
    uniform: float | None
    heads: np.ndarray | None = None


def measure(
    metrics: Sequence[str], subject: Subject, report: Callable[[int, int], None] = lambda done, of: None
) -> dict[str, Measurement]:
    """Measure one model on `subject.count` images of the data's `measure` split. `report` hears how many images are done.

    Raises MeasurementError where a value is not finite (naming metric, layer and image), or the model or the data cannot
    give one of the metrics.
    """
    chosen = {name: METRICS[name] for name in metrics}
    for metric in chosen.values():
        fault = lacking(subject.encoder.name, metric.word.title, metric.needs, subject.gives)
        if fault is not None:
            raise MeasurementError(fault)
    found: dict[str, Tensor] = {}
    heads: dict[str, Tensor] = {}
    streamed = {name: metric for name, metric in chosen.items() if metric.reads != "model"}
    if streamed:
        found, heads = _stream(streamed, subject, report)
    for name, metric in chosen.items():
        if metric.reads == "model":
            found[name] = metric.measure(subject).double()
    return {name: _checked(name, found[name], heads.get(name), subject.encoder) for name in metrics}


def _stream(
    metrics: dict[str, Metric], subject: Subject, report: Callable[[int, int], None]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """All metrics of attention and tokens in one pass over the images, and those of attention head by head as well. Memory is
    bounded by a few maps and one batch."""
    import torch

    from checker.lab.attention import visit_attention
    from checker.lab.subjects import batches, watch_tokens

    encoder, images = subject.encoder, subject.images
    values = {name: torch.full((encoder.depth, len(images)), torch.nan, dtype=torch.float64) for name in metrics}
    heads: dict[str, Tensor] = {}
    of_attention = {name: metric for name, metric in metrics.items() if metric.reads == "attention"}
    of_tokens = {name: metric for name, metric in metrics.items() if metric.reads == "tokens"}
    for rows, batch in batches(encoder, images):

        def see(block: int, part: slice, attention: Tensor, start: int = rows.start) -> None:
            where = slice(start + part.start, start + part.stop)
            for name, metric in of_attention.items():
                found = (
                    metric.measure(attention, encoder.grid, encoder.patch, encoder.prefix).double().cpu()
                )  # (images, heads) or (images,)
                values[name][block, where] = found.reshape(len(attention), -1).mean(1)
                if found.ndim == 2:
                    shape = (encoder.depth, found.shape[1], len(images))
                    by_head = heads.setdefault(name, torch.full(shape, torch.nan, dtype=torch.float64))
                    by_head[block, :, where] = found.T

        def hear(block: int, tokens: Tensor, where: slice = rows) -> None:
            for name, metric in of_tokens.items():
                values[name][block, where] = metric.measure(tokens.float(), encoder.grid, encoder.prefix).double().cpu()

        with watch_tokens(encoder, hear if of_tokens else lambda block, tokens: None):
            if of_attention:
                visit_attention(encoder, batch, see, whole=bool(of_tokens))
            else:
                with torch.inference_mode():
                    encoder.module.forward_features(batch)
        report(rows.stop, len(images))
    return values, heads


def _checked(name: str, values: Tensor, heads: Tensor | None, encoder: Encoder) -> Measurement:
    if not values.isfinite().all():
        row, image = (~values.isfinite()).nonzero()[0].tolist()
        layer = f"layer {row + 1}, " if len(values) > 1 else ""
        value = float(values[row, image])
        raise MeasurementError(f"{name} is {value} in {layer}image {image} of {encoder.name}; not a measurement")
    by_head = None if heads is None else heads.numpy()
    return Measurement(name, encoder.weights, values.numpy(), uniform(name, encoder), by_head)


def uniform(name: str, encoder: Encoder) -> float | None:
    """The metric of attention that prefers nothing: the line that a model has to depart from. None where there is none."""
    import torch

    metric = METRICS[name]
    if metric.reads != "attention":
        return None
    heads = 2  # so that metrics of how heads differ have some
    attention = torch.full((1, heads, encoder.tokens, encoder.tokens), 1 / encoder.tokens)
    return float(metric.measure(attention, encoder.grid, encoder.patch, encoder.prefix).mean())
