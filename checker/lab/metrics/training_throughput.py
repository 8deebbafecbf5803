"""Training throughput: how many images a second of CPU time a model was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.metric import metric
from checker.scope import Scope

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "training_throughput",
    title="training throughput",
    definition="images seen in training for each second of CPU time",
    source="the model's card",
    unit="images/s",
    reads="model",
    needs=("scalars",),
    margin=(0.1, "relative"),
    synonyms=("training speed",),
    comparatives=(
        ("higher", "greater"),
        ("faster", "greater"),
        ("greater", "greater"),
        ("larger", "greater"),
        ("lower", "less"),
        ("slower", "less"),
        ("smaller", "less"),
    ),
    scopes=(Scope.TOY,),
    verbs=("trains", "train", "is trained", "are trained"),
    hints=("faster", "slower", "speed", "cost", "cheaper", "time", "compute"),
    needs_training=True,
    loose=(
        ("is faster", "greater"),
        ("is slower", "less"),
        ("is quicker", "greater"),
        ("is cheaper to train", "greater"),
        ("is more expensive to train", "less"),
        ("pre-training is faster", "greater"),
        ("pretraining is faster", "greater"),
        ("throughput", ""),
        ("speed", ""),
    ),
)
def training_throughput(subject: Subject) -> Tensor:
    """Images seen in training for each second of CPU time, as the card of the model records both: (1, 1), images/s.

    An image counts each time it is seen, and once however many views of it an objective takes. The time is that of the
    machine that trained the model, so values of models that were trained elsewhere do not compare.

    Raises MeasurementError for a model that has no card, was not trained, or took no time that was recorded.
    """
    import torch

    card, name = subject.card, subject.encoder.name
    if card is None:
        raise MeasurementError(f"{name} has no card: how long its training took is not known here")
    if card.images_seen <= 0 or card.cpu_seconds <= 0:
        raise MeasurementError(f"{name} saw {card.images_seen} images in {card.cpu_seconds} seconds: no training to measure")
    return torch.tensor([[card.images_seen / card.cpu_seconds]], dtype=torch.float64)
