"""Linear probe accuracy: how often linear classifiers name the data's factors from what a block knows of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import accuracy_metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@accuracy_metric(
    "linear_probe_accuracy",
    title="linear probe accuracy",
    definition="share of the data's factors that linear probes on the mean patch token name right",
    source="Alain and Bengio 2017",
    synonyms=(
        "linear probing accuracy",
        "linear accuracy",
        "linear probing",
        "linear probe performance",
        "linear probing performance",
        "linear classification accuracy",
        "linear evaluation accuracy",
        "probing accuracy",
        "linear evaluation",
        "linear classification",
        "linear readout accuracy",
    ),
    layers="last 1",
    hints=("probe", "probing", "accuracy", "linear", "better", "best", "performs", "performance", "classification"),
    adjectives=(("linearly separable", "greater"),),
    loose=(
        ("is more semantic", "greater"),
        ("more semantic features", "greater"),
        ("more semantic representations", "greater"),
        ("more discriminative features", "greater"),
        ("more linearly separable features", "greater"),
        ("more linearly separable representations", "greater"),
        ("linear separability", ""),
        ("accuracy", ""),
        ("top-1 accuracy", ""),
        ("classification accuracy", ""),
        ("performance", ""),
        ("downstream performance", ""),
        ("representation quality", ""),
        ("better features", "greater"),
        ("better representations", "greater"),
        ("worse features", "less"),
        ("worse representations", "less"),
    ),
    probes=("linear probe", "linear probes", "linear classifier", "linear classifiers", "linear head"),
)
def linear_probe_accuracy(subject: Subject) -> Tensor:
    """The share of the data's factors that linear probes name right in each picture, after each block.

    A probe is a multinomial logistic regression on the mean patch token after a block, through the model's final norm,
    brought to zero mean and unit spread. There is one for each factor, fitted on up to 2000 pictures of the split
    "probe-train", which shares no picture with those measured.

    Returns (depth, images) in [0, 1]: with two factors a picture gives 0, 1/2 or 1, and the mean over pictures is the mean
    of the two accuracies.

    Source: Alain and Bengio 2017, "Understanding intermediate layers using linear classifier probes".

    Raises MeasurementError where no factor of the pictures is known.
    """
    import torch

    answers = subject.split("measure", subject.count).factors
    blocks = enumerate(subject.features)
    return torch.stack([subject.readout.share_right(block, features, answers) for block, features in blocks])
