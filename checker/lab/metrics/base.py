"""What a metric is: its words, its unit and direction, and the function that measures it.

A metric reads one of three things, and one forward pass of a model serves all metrics that read its attention or tokens:

- attention: (attention (B, H, N, N), grid, patch, prefix) -> (B, H) or (B,), one call for each block;
- tokens: (tokens (B, N, D), grid, prefix) -> (B,), one call for each block, tokens as the block hands them on;
- model: (Subject) -> (rows, images); a row for each block, or one row for the whole model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from checker.lab.registry import Registry
from checker.vocabulary import MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject

AttentionMetric = Callable[["Tensor", tuple[int, int], int, int], "Tensor"]
TokenMetric = Callable[["Tensor", tuple[int, int], int], "Tensor"]
ModelMetric = Callable[["Subject"], "Tensor"]


@dataclass(frozen=True)
class Metric:
    """A measurement that a claim can be about. `definition` is one line for people, `source` the paper and section.

    `grows_with_grid`: the value of uniform attention depends on the number of patches, so two models on different grids are
    compared as shares of their uniform values. `counts`: the value is known exactly, so it is compared without an interval.
    `answers`: the values of an image that is answered wrongly and of one that is answered rightly, where each value is an answer
    or a mean of several. `needs_training`: there is no value for a network that was never trained. `about_knowledge`: it is about
    what a model knows of the data's factors, so no toy's verdict on it rests on data whose raw pixels tell them.
    """

    word: MetricWord
    definition: str
    source: str
    reads: Literal["attention", "tokens", "model"]
    measure: Callable[..., Any]  # AttentionMetric, TokenMetric or ModelMetric, as `reads` says
    grows_with_grid: bool = False
    counts: bool = False
    answers: tuple[float, float] | None = None
    needs_training: bool = False
    about_knowledge: bool = False


METRICS: Registry[Metric] = Registry("metric")


def patch_attention(attention: Tensor, grid: tuple[int, int], prefix: int) -> Tensor:
    """The patch-to-patch part of attention (batch, heads, tokens, tokens): (batch, heads, L, L), as it is.

    Raises ValueError when the shape does not fit the grid.
    """
    tokens = prefix + grid[0] * grid[1]
    if attention.ndim != 4 or attention.shape[-2:] != (tokens, tokens):
        raise ValueError(f"attention has shape {tuple(attention.shape)}; wanted (batch, heads, {tokens}, {tokens})")
    return attention[:, :, prefix:, prefix:]


def patch_tokens(tokens: Tensor, grid: tuple[int, int], prefix: int) -> Tensor:
    """The patch tokens of (batch, prefix + rows * columns, width): (batch, L, width).

    Raises ValueError when the shape does not fit the grid.
    """
    count = prefix + grid[0] * grid[1]
    if tokens.ndim != 3 or tokens.shape[1] != count:
        raise ValueError(f"tokens have shape {tuple(tokens.shape)}; wanted (batch, {count}, width)")
    return tokens[:, prefix:]
