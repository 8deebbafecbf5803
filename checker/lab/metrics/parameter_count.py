"""Parameter count: how many numbers training can change in an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject


def parameter_count(subject: Subject) -> Tensor:
    """The number of parameters of the encoder, each shared one once, without what only its training needed: (1, 1)."""
    import torch

    count = sum(parameter.numel() for parameter in subject.encoder.module.parameters())
    return torch.tensor([[count]], dtype=torch.float64)


METRICS.register("parameter_count")(
    Metric(
        word=MetricWord(
            name="parameter_count",
            title="parameter count",
            unit="parameters",
            unit_words=(),  # "parameters" itself names the metric: "has more parameters than"
            synonyms=("number of parameters", "parameters"),
            comparatives=(
                ("higher", "greater"),
                ("more", "greater"),
                ("greater", "greater"),
                ("larger", "greater"),
                ("lower", "less"),
                ("fewer", "less"),
                ("smaller", "less"),
            ),
            loose=(
                ("is larger", "greater"),
                ("is smaller", "less"),
                ("is bigger", "greater"),
                ("is more parameter-efficient", "less"),
            ),
            margin=MarginWord(0.0, "relative"),
            layers="",
            hints=("larger", "smaller", "size", "bigger"),
        ),
        definition="number of parameters of the encoder",
        source="the encoder itself",
        reads="model",
        measure=parameter_count,
        counts=True,
    )
)
