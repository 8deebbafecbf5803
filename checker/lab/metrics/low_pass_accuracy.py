"""Low-pass accuracy: what can still be read out of a model when pictures have lost their fine detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject


def low_pass_accuracy(subject: Subject) -> Tensor:
    """The share of the data's factors that linear probes name right in each picture without its high frequencies.

    Spatial frequencies below a quarter of the Nyquist frequency are kept (4 cycles across a picture of 32 pixels), by an
    ideal radial filter. The probes are those of linear probe accuracy in the last block, fitted on unfiltered pictures.

    Returns (1, images) in [0, 1]: with two factors a picture gives 0, 1/2 or 1.

    Source: after Geirhos et al. 2018, "Generalisation in humans and deep neural networks", who blur with Gaussian filters.

    Raises MeasurementError where no factor of the pictures is known.
    """
    from checker.lab.perturbations import accuracy_under, low_pass

    return accuracy_under(subject, low_pass)


METRICS.register("low_pass_accuracy")(
    Metric(
        word=MetricWord(
            name="low_pass_accuracy",
            title="low-pass accuracy",
            unit="share",
            unit_words=("share",),
            synonyms=("low-frequency accuracy", "robustness to low-pass filtering"),
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
                ("captures more low-frequency information", "greater"),
                ("relies more on low frequencies", "greater"),
                ("uses more low frequencies", "greater"),
            ),
            margin=MarginWord(0.02, "share"),
            layers="",
            adjectives=(("robust to low-pass filtering", "greater"),),
            hints=("low-frequency", "low-pass"),
            factors=("category",),
        ),
        definition="share of the data's factors that probes name right without frequencies from a quarter of Nyquist on",
        source="after Geirhos et al. 2018",
        reads="model",
        measure=low_pass_accuracy,
        answers=(0, 1),
        about_knowledge=True,
    )
)
