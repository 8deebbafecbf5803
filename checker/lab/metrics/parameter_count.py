"""Parameter count: how many numbers training can change in an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "parameter_count",
    title="parameter count",
    definition="number of parameters of the encoder",
    source="the encoder itself",
    unit="parameters",
    unit_words=(),
    reads="model",
    needs=("scalars",),
    margin=(0.0, "relative"),
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
    hints=("larger", "smaller", "size", "bigger"),
    counts=True,
    loose=(("is larger", "greater"), ("is smaller", "less"), ("is bigger", "greater"), ("is more parameter-efficient", "less")),
)
def parameter_count(subject: Subject) -> Tensor:
    """The number of parameters of the encoder, each shared one once, without what only its training needed: (1, 1)."""
    import torch

    return torch.tensor([[subject.scalars["parameters"]]], dtype=torch.float64)
