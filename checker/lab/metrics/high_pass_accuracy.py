"""High-pass accuracy: what can still be read out of a model when pictures have nothing but their fine detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject


def high_pass_accuracy(subject: Subject) -> Tensor:
    """The share of the data's factors that linear probes name right in each picture without its low frequencies.

    Spatial frequencies from a quarter of the Nyquist frequency on are kept (4 cycles across a picture of 32 pixels), and
    each channel's mean, by an ideal radial filter. The probes are those of linear probe accuracy in the last block, fitted
    on unfiltered pictures.

    Returns (1, images) in [0, 1]: with two factors a picture gives 0, 1/2 or 1.

    Source: after Geirhos et al. 2018, "Generalisation in humans and deep neural networks", who filter with Gaussians.

    Raises MeasurementError where no factor of the pictures is known.
    """
    from checker.lab.perturbations import accuracy_under, high_pass

    return accuracy_under(subject, high_pass)


METRICS.register("high_pass_accuracy")(
    Metric(
        word=MetricWord(
            name="high_pass_accuracy",
            title="high-pass accuracy",
            unit="share",
            unit_words=("share",),
            synonyms=("high-frequency accuracy", "robustness to high-pass filtering"),
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
                ("keeps more high-frequency information", "greater"),
                ("retains more high-frequency information", "greater"),
                ("preserves more high-frequency information", "greater"),
                ("more high-frequency information", "greater"),
                ("uses more high frequencies", "greater"),
                ("relies more on high frequencies", "greater"),
                ("exploits more high frequencies", "greater"),
                ("captures more high-frequency information", "greater"),
            ),
            margin=MarginWord(0.02, "share"),
            layers="",
            adjectives=(("robust to high-pass filtering", "greater"),),
            hints=("high-frequency", "high-frequencies", "high-pass"),
            factors=("category",),
        ),
        definition="share of the data's factors that probes name right without frequencies below a quarter of Nyquist",
        source="after Geirhos et al. 2018",
        reads="model",
        measure=high_pass_accuracy,
        answers=(0, 1),
        about_knowledge=True,
    )
)
