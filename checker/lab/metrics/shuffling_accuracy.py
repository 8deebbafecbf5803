"""Accuracy under patch shuffling: what can still be read out of a model when pictures are cut in tiles and shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject


def shuffling_accuracy(subject: Subject) -> Tensor:
    """The share of the data's factors that linear probes name right in each picture whose tiles are in random order.

    Each picture is cut in 4 x 4 tiles and put back in an order of its own, the same for every model. The probes are those of
    linear probe accuracy in the last block, fitted on pictures in their right order.

    Returns (1, images) in [0, 1]: with two factors a picture gives 0, 1/2 or 1.

    Source: Naseer et al. 2021, "Intriguing Properties of Vision Transformers", section 3.3, who classify without a new probe.

    Raises MeasurementError where no factor of the pictures is known, or a picture does not
    divide into tiles.
    """
    from checker.lab.perturbations import accuracy_under, shuffle_tiles

    return accuracy_under(subject, shuffle_tiles)


METRICS.register("shuffling_accuracy")(
    Metric(
        word=MetricWord(
            name="shuffling_accuracy",
            title="accuracy under patch shuffling",
            unit="share",
            unit_words=("share",),
            synonyms=("robustness to patch shuffling", "robustness to shuffling"),
            comparatives=(
                ("higher", "greater"),
                ("better", "greater"),
                ("greater", "greater"),
                ("larger", "greater"),
                ("lower", "less"),
                ("smaller", "less"),
                ("worse", "less"),
            ),
            loose=(
                ("is more robust to the order of patches", "greater"),
                ("is more robust to permuted patches", "greater"),
                ("is more robust to permutations", "greater"),
                ("is more insensitive to the order of patches", "greater"),
                ("is more insensitive to the order of tokens", "greater"),
                ("is insensitive to the order of input tokens", "greater"),
                ("is quite insensitive to the order of input tokens", "greater"),
                ("is more permutation-invariant", "greater"),
                ("is more sensitive to the order of patches", "less"),
                ("relies more on positions", "less"),
                ("is more robust", "greater"),
                ("robustness", ""),
            ),
            margin=MarginWord(0.02, "share"),
            layers="",
            adjectives=(("robust to patch shuffling", "greater"), ("robust to shuffling", "greater")),
            hints=("order", "shuffle", "shuffled", "shuffling", "position", "positions", "permutation"),
            factors=("category",),
        ),
        definition="share of the data's factors that probes name right in pictures cut in 4 x 4 tiles and shuffled",
        source="Naseer et al. 2021, section 3.3",
        reads="model",
        measure=shuffling_accuracy,
        answers=(0, 1),
        about_knowledge=True,
    )
)
