"""Log-amplitude change: whether attention and the MLP of a block pass high frequencies of the tokens on, or take them away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.metric import metric
from checker.lab.metrics.relative_log_amplitude import relative_log_amplitude

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.encoder import Encoder
    from checker.lab.subjects import Subject

change_metric = partial(
    metric,
    source="Park and Kim 2022, section 3 and figure 8",
    unit="Np",
    unit_words=("Np", "neper", "nepers"),
    reads="model",
    needs=("tokens",),
    margin=(0.05, "Np"),
    layers="all",
)


@change_metric(
    "attention_amplitude_change",
    title="log-amplitude change at attention",
    definition="change of the tokens' relative log amplitude from before to after the attention of a block, with its shortcut",
    synonyms=(
        "log amplitude change at attention",
        "change of log amplitude at attention",
        "change in log amplitude at attention",
        "log-amplitude change at self-attention",
    ),
    predicates=(
        ("reduces high frequencies more at attention", "less"),
        ("reduce high frequencies more at attention", "less"),
        ("attenuates high frequencies more at attention", "less"),
        ("attenuate high frequencies more at attention", "less"),
        ("low-pass filters more at attention", "less"),
    ),
    hints=("low-pass", "high-pass", "filter", "filters", "high-frequency", "high-frequencies", "MSAs"),
)
def attention_amplitude_change(subject: Subject) -> Tensor:
    """Relative log amplitude after the attention of each block less that before it, both on the residual path: (depth, images).

    Below 0 attention is a low-pass filter, above 0 a high-pass filter. See `relative_log_amplitude`.

    Source: Park and Kim 2022, "How Do Vision Transformers Work?", section 3 ("MSAs are low-pass filters, but Convs are high-pass
    filters"), where it is the step between two points of figure 8.

    Raises MeasurementError for blocks that are not an attention and then an MLP, each behind its own norm and beside a shortcut.
    """
    before, between, _ = amplitudes(subject)
    return between - before


@change_metric(
    "mlp_amplitude_change",
    title="log-amplitude change at MLPs",
    definition="change of the tokens' relative log amplitude from before to after the MLP of a block, with its shortcut",
    synonyms=(
        "log-amplitude change at the MLP",
        "log amplitude change at MLPs",
        "change of log amplitude at MLPs",
        "change in log amplitude at MLPs",
    ),
    predicates=(
        ("amplifies high frequencies more at MLPs", "greater"),
        ("amplify high frequencies more at MLPs", "greater"),
    ),
    hints=("low-pass", "high-pass", "filter", "filters", "MLP", "MLPs"),
)
def mlp_amplitude_change(subject: Subject) -> Tensor:
    """Relative log amplitude after the MLP of each block less that before it, both on the residual path: (depth, images).

    Source and errors: see `attention_amplitude_change`.
    """
    _, between, after = amplitudes(subject)
    return after - between


def amplitudes(subject: Subject) -> tuple[Tensor, Tensor, Tensor]:
    """Relative log amplitude before each block, between its attention and its MLP, and after it: three (depth, images)."""
    import torch

    from checker.lab.subjects import batches

    encoder = subject.encoder
    shape = (3, encoder.depth, len(subject.images))
    found = torch.full(shape, torch.nan, dtype=torch.float64)
    for rows, pictures in batches(encoder, subject.images):
        for block, states in enumerate(_states(encoder, pictures)):
            for place, tokens in enumerate(states):
                found[place, block, rows] = relative_log_amplitude(tokens.float(), encoder.grid, encoder.prefix).cpu()
    return found[0], found[1], found[2]


def _states(encoder: Encoder, pictures: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
    """The residual path before, within and after each block, (batch, tokens, width).

    What is within is what the second norm is given; it is so where the first norm is given what the block is.
    """
    from contextlib import ExitStack

    import torch

    from checker.lab.subjects import watch_tokens

    seen: dict[tuple[int, str], Tensor] = {}

    def watch(module: Any, *key: Any) -> None:
        stack.callback(module.register_forward_pre_hook(lambda module, given: seen.update({key: given[0]})).remove)

    with ExitStack() as stack, torch.inference_mode():
        for index, block in enumerate(encoder.module.blocks):
            watch(block, index, "before")
            for part in ("norm1", "norm2"):
                if hasattr(block, part):
                    watch(getattr(block, part), index, part)
        stack.enter_context(watch_tokens(encoder, lambda index, tokens: seen.update({(index, "after"): tokens})))
        encoder.module.forward_features(pictures)
    states = []
    for index, block in enumerate(encoder.module.blocks):
        before, first, within = (seen.get((index, part)) for part in ("before", "norm1", "norm2"))
        if before is None or within is None or first is not before:
            raise MeasurementError(
                f"{encoder.name}: a {type(block).__name__} is not an attention and then an MLP, each behind a norm of its own"
            )
        states.append((before, within, seen[index, "after"]))
    return states
