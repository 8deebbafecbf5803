"""Accuracy under occlusion: what can still be read out of a model when half of a picture is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject


def occlusion_accuracy(subject: Subject) -> Tensor:
    """The share of the data's factors that linear probes name right in each picture of which half is hidden.

    A random half of each picture's 8 x 8 tiles is set to mid-grey, the same for every model. The probes are those of linear
    probe accuracy in the last block, fitted on whole pictures.

    Returns (1, images) in [0, 1]: with two factors a picture gives 0, 1/2 or 1.

    Source: Naseer et al. 2021, "Intriguing Properties of Vision Transformers", section 3.1 (random PatchDrop), who hide patches
    behind zeros and classify without a new probe.

    Raises MeasurementError where no factor of the pictures is known.
    """
    from checker.lab.perturbations import accuracy_under, occlude

    return accuracy_under(subject, occlude)


METRICS.register("occlusion_accuracy")(
    Metric(
        word=MetricWord(
            name="occlusion_accuracy",
            title="accuracy under occlusion",
            unit="share",
            unit_words=("share",),
            synonyms=("robustness to occlusion", "robustness to occlusions"),
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
                ("is more robust to missing patches", "greater"),
                ("is more robust to masked patches", "greater"),
                ("is more robust to patch dropping", "greater"),
                ("is more robust", "greater"),
                ("robustness", ""),
            ),
            margin=MarginWord(0.02, "share"),
            layers="",
            adjectives=(("robust to occlusion", "greater"), ("robust to occlusions", "greater")),
            hints=("occlusion", "occlusions", "robust", "missing"),
            factors=("category",),
        ),
        definition="share of the data's factors that probes name right when half of the 8 x 8 tiles are grey",
        source="Naseer et al. 2021, section 3.1",
        reads="model",
        measure=occlusion_accuracy,
        answers=(0, 1),
        about_knowledge=True,
    )
)
