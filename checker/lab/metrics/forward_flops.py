"""FLOPs: how many floating point operations an encoder takes for one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "forward_flops",
    title="FLOPs per image",
    definition="floating point operations of the encoder for one picture, a multiplication and an addition each counting",
    source="torch.utils.flop_counter, of the encoder itself",
    unit="FLOP",
    unit_words=(),
    reads="model",
    needs=("features",),
    margin=(0.0, "relative"),
    synonyms=("FLOPs", "forward FLOPs", "inference FLOPs", "floating point operations", "floating-point operations"),
    comparatives=(
        ("higher", "greater"),
        ("more", "greater"),
        ("greater", "greater"),
        ("larger", "greater"),
        ("lower", "less"),
        ("fewer", "less"),
        ("smaller", "less"),
        ("less", "less"),
    ),
    predicates=(
        ("needs fewer FLOPs", "less"),
        ("need fewer FLOPs", "less"),
        ("needs more FLOPs", "greater"),
        ("need more FLOPs", "greater"),
    ),
    hints=("FLOP", "GFLOPs", "operations", "compute", "cost", "cheaper"),
    counts=True,
)
def forward_flops(subject: Subject) -> Tensor:
    """The floating point operations of one forward pass of the encoder over one picture: (1, 1).

    Products of matrices and convolutions are counted, by their shapes: 2 m n k for (m, k) times (k, n), and attention with
    them. Norms, activations and sums are not; in a transformer they are below a few percent. It is twice the number of
    multiply-accumulates, which many papers call FLOPs.

    Source: torch.utils.flop_counter. The count depends on shapes alone, not on the machine.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        subject.encoder.module.forward_features(subject.encoder.prepare(subject.images[:1]))
    return torch.tensor([[counter.get_total_flops()]], dtype=torch.float64)
