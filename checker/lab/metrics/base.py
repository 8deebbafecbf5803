"""What a metric is: its words, its unit and direction, and the function from attention to numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.lab.registry import Registry
from checker.vocabulary import MetricWord

if TYPE_CHECKING:
    from torch import Tensor

# (attention (batch, heads, tokens, tokens), grid, patch, prefix) -> (batch, heads), in the metric's unit
AttentionMetric = Callable[["Tensor", tuple[int, int], int, int], "Tensor"]


@dataclass(frozen=True)
class Metric:
    """A measurement that a claim can be about. `definition` is one line for people."""

    word: MetricWord
    definition: str
    source: str
    measure: AttentionMetric


METRICS: Registry[Metric] = Registry("metric")
