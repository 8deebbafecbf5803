"""k-NN accuracy: how often the nearest pictures, as a block sees them, are of the same category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import accuracy_metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@accuracy_metric(
    "knn_accuracy",
    title="k-NN accuracy",
    definition="share of pictures whose category a weighted vote of the 20 nearest neighbours names",
    source="Wu et al. 2018",
    synonyms=(
        "kNN accuracy",
        "nearest-neighbour accuracy",
        "nearest-neighbor accuracy",
        "k-NN classification accuracy",
        "kNN classification accuracy",
        "k-nearest-neighbour accuracy",
        "k-nearest-neighbor accuracy",
        "k-NN performance",
        "k-NN classification",
        "kNN classification",
        "k-NN",
        "k-NN evaluation",
        "kNN evaluation",
    ),
    layers="last 1",
    hints=("k-nn", "knn", "classifiers", "accuracy", "better", "best", "performs", "performance"),
    loose=(
        ("is more semantic", "greater"),
        ("more semantic features", "greater"),
        ("more semantic representations", "greater"),
        ("more discriminative features", "greater"),
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
        ("k-NN evaluation accuracy", ""),
    ),
    probes=("k-NN classifier", "kNN classifier", "kNN", "nearest neighbours", "nearest neighbors"),
)
def knn_accuracy(subject: Subject) -> Tensor:
    """1 where a weighted vote of a picture's 20 nearest neighbours names its category, else 0, after each block.

    Neighbours are up to 2000 pictures of the split "probe-train". Nearness is the cosine of mean patch tokens, through the
    model's final norm and brought to zero mean and unit spread, and a vote weighs exp(cosine / 0.07).

    Returns (depth, images), each 0 or 1.

    Source: Wu et al. 2018, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination".

    Raises MeasurementError where no factor of the pictures is known.
    """
    import torch

    from checker.lab.probing import nearest_neighbours

    readout = subject.readout
    labels = torch.from_numpy(readout.split.category)
    answers = torch.from_numpy(subject.split("measure", subject.count).category)
    rows = []
    for block, (seen, unseen) in enumerate(zip(readout.features, subject.features, strict=True)):
        named = nearest_neighbours(readout.scaled(block, seen), labels, readout.scaled(block, unseen))
        rows.append((named == answers).double())
    return torch.stack(rows)
