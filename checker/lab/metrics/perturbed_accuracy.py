"""Accuracy on damaged pictures: what can still be read out of a model when tiles are hidden or shuffled, or frequencies taken.

Each value is the share of the data's factors that linear probes name right in a picture: with two factors 0, 1/2 or 1. The
probes are those of linear probe accuracy in the last layer, fitted on undamaged pictures, and every model sees the same damage.
All return (1, images) in [0, 1], and raise MeasurementError where no factor of the pictures is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import accuracy_metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@accuracy_metric(
    "occlusion_accuracy",
    title="accuracy under occlusion",
    definition="share of the data's factors that probes name right when half of the 8 x 8 tiles are grey",
    source="Naseer et al. 2021, section 3.1",
    synonyms=("robustness to occlusion", "robustness to occlusions"),
    adjectives=(("robust to occlusion", "greater"), ("robust to occlusions", "greater")),
    hints=("occlusion", "occlusions", "robust", "missing"),
    loose=(
        ("is more robust to missing patches", "greater"),
        ("is more robust to masked patches", "greater"),
        ("is more robust to patch dropping", "greater"),
        ("is more robust", "greater"),
        ("robustness", ""),
    ),
)
def occlusion_accuracy(subject: Subject) -> Tensor:
    """A random half of each picture's 8 x 8 tiles is mid-grey.

    Source: Naseer et al. 2021, "Intriguing Properties of Vision Transformers", section 3.1 (random PatchDrop), who hide patches
    behind zeros and classify without a new probe.
    """
    from checker.lab.perturbations import accuracy_under, occlude

    return accuracy_under(subject, occlude)


@accuracy_metric(
    "shuffling_accuracy",
    title="accuracy under patch shuffling",
    definition="share of the data's factors that probes name right in pictures cut in 4 x 4 tiles and shuffled",
    source="Naseer et al. 2021, section 3.3",
    synonyms=("robustness to patch shuffling", "robustness to shuffling"),
    adjectives=(("robust to patch shuffling", "greater"), ("robust to shuffling", "greater")),
    hints=("order", "shuffle", "shuffled", "shuffling", "position", "positions", "permutation"),
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
)
def shuffling_accuracy(subject: Subject) -> Tensor:
    """Each picture is cut in 4 x 4 tiles, which are put back in an order of its own.

    Source: Naseer et al. 2021, section 3.3, who classify without a new probe. Raises MeasurementError for a picture that does
    not divide into tiles.
    """
    from checker.lab.perturbations import accuracy_under, shuffle_tiles

    return accuracy_under(subject, shuffle_tiles)


@accuracy_metric(
    "low_pass_accuracy",
    title="low-pass accuracy",
    definition="share of the data's factors that probes name right without frequencies from a quarter of Nyquist on",
    source="after Geirhos et al. 2018",
    synonyms=("low-frequency accuracy", "robustness to low-pass filtering"),
    adjectives=(("robust to low-pass filtering", "greater"),),
    hints=("low-frequency", "low-pass"),
    loose=(
        ("captures more low-frequency information", "greater"),
        ("relies more on low frequencies", "greater"),
        ("uses more low frequencies", "greater"),
        ("is more robust to high-frequency perturbations", "greater"),
        ("is more robust to high-frequency noise", "greater"),
    ),
)
def low_pass_accuracy(subject: Subject) -> Tensor:
    """Spatial frequencies below a quarter of the Nyquist frequency are kept (4 cycles across a picture of 32 pixels), by an ideal
    radial filter.

    Source: after Geirhos et al. 2018, "Generalisation in humans and deep neural networks", who blur with Gaussian filters.
    """
    from checker.lab.perturbations import accuracy_under, low_pass

    return accuracy_under(subject, low_pass)


@accuracy_metric(
    "high_pass_accuracy",
    title="high-pass accuracy",
    definition="share of the data's factors that probes name right without frequencies below a quarter of Nyquist",
    source="after Geirhos et al. 2018",
    synonyms=("high-frequency accuracy", "robustness to high-pass filtering"),
    adjectives=(("robust to high-pass filtering", "greater"),),
    hints=("high-frequency", "high-frequencies", "high-pass"),
    loose=(
        ("keeps more high-frequency information", "greater"),
        ("retains more high-frequency information", "greater"),
        ("preserves more high-frequency information", "greater"),
        ("more high-frequency information", "greater"),
        ("uses more high frequencies", "greater"),
        ("relies more on high frequencies", "greater"),
        ("exploits more high frequencies", "greater"),
        ("captures more high-frequency information", "greater"),
        ("is more robust to low-frequency perturbations", "greater"),
        ("is more robust to low-frequency noise", "greater"),
    ),
)
def high_pass_accuracy(subject: Subject) -> Tensor:
    """Spatial frequencies from a quarter of the Nyquist frequency on and each channel's mean are kept, by an ideal radial filter.

    Source: after Geirhos et al. 2018, who filter with Gaussians.
    """
    from checker.lab.perturbations import accuracy_under, high_pass

    return accuracy_under(subject, high_pass)
