"""Accuracy under common corruptions: what can still be read out of a model when pictures are noisy, blurred, pale or compressed.

Each value is the share of the data's factors that linear probes name right in a picture, mean over the severities. The probes
are those of linear probe accuracy in the last layer, fitted on clean pictures, and every model sees the same corrupted ones. A
severity alone is a metric as well: "accuracy under Gaussian noise at severity 3". All return (1, images) in [0, 1], and raise
MeasurementError where no factor of the pictures is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.lab.metric import METRICS, accuracy_metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject

SOURCE = "Hendrycks and Dietterich 2019, section 3 and their code"
SEVERITIES = (1, 2, 3, 4, 5)


@accuracy_metric(
    "corruption_accuracy",
    title="accuracy under common corruptions",
    definition="share of the data's factors that probes name right under noise, blur, lost contrast and JPEG compression",
    source=SOURCE,
    synonyms=("corruption accuracy", "robustness to common corruptions", "robustness to corruptions", "corruption robustness"),
    adjectives=(("robust to common corruptions", "greater"), ("robust to corruptions", "greater")),
    hints=("corruption", "corruptions", "robust", "robustness", "ImageNet-C"),
)
def corruption_accuracy(subject: Subject) -> Tensor:
    """The mean over the four corruptions here and their five severities.

    Source: Hendrycks and Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", who
    have fifteen corruptions, classify without a new probe and divide errors by those of AlexNet.
    """
    from checker.lab.corruptions import corrupted_accuracy, gaussian_blur, gaussian_noise, jpeg_compression, lost_contrast

    return corrupted_accuracy(subject, (gaussian_noise, gaussian_blur, lost_contrast, jpeg_compression))


@accuracy_metric(
    "noise_accuracy",
    title="accuracy under Gaussian noise",
    definition="share of the data's factors that probes name right under Gaussian noise, mean over five severities",
    source=SOURCE,
    synonyms=("robustness to Gaussian noise", "robustness to noise", "noise robustness", "accuracy under noise"),
    adjectives=(("robust to Gaussian noise", "greater"), ("robust to noise", "greater")),
    hints=("noise", "noisy"),
)
def noise_accuracy(subject: Subject, severities: tuple[int, ...] = SEVERITIES) -> Tensor:
    """Independent normal noise is added, of a standard deviation from 0.04 to 0.1 of the range in small pictures.

    Source: Hendrycks and Dietterich 2019, section 3, who classify without a new probe.
    """
    from checker.lab.corruptions import corrupted_accuracy, gaussian_noise

    return corrupted_accuracy(subject, (gaussian_noise,), severities)


@accuracy_metric(
    "blur_accuracy",
    title="accuracy under Gaussian blur",
    definition="share of the data's factors that probes name right under Gaussian blur, mean over five severities",
    source=SOURCE,
    synonyms=("robustness to Gaussian blur", "robustness to blur", "robustness to blurring", "accuracy under blur"),
    adjectives=(("robust to Gaussian blur", "greater"), ("robust to blur", "greater"), ("robust to blurring", "greater")),
    hints=("blur", "blurred", "blurring"),
)
def blur_accuracy(subject: Subject, severities: tuple[int, ...] = SEVERITIES) -> Tensor:
    """Pictures are convolved with a normal kernel of a standard deviation from 0.4 to 1 pixel in small pictures.

    Source: Hendrycks and Dietterich 2019; of their additional corruptions (their code).
    """
    from checker.lab.corruptions import corrupted_accuracy, gaussian_blur

    return corrupted_accuracy(subject, (gaussian_blur,), severities)


@accuracy_metric(
    "contrast_accuracy",
    title="accuracy under lost contrast",
    definition="share of the data's factors that probes name right at lower contrast, mean over five severities",
    source=SOURCE,
    synonyms=("accuracy at low contrast", "robustness to lost contrast", "robustness to low contrast", "contrast robustness"),
    adjectives=(("robust to lost contrast", "greater"), ("robust to low contrast", "greater")),
    hints=("contrast",),
)
def contrast_accuracy(subject: Subject, severities: tuple[int, ...] = SEVERITIES) -> Tensor:
    """Values are brought nearer to the mean of their channel, to between 75 % and 15 % of their distance in small pictures.

    Source: Hendrycks and Dietterich 2019, section 3, who classify without a new probe.
    """
    from checker.lab.corruptions import corrupted_accuracy, lost_contrast

    return corrupted_accuracy(subject, (lost_contrast,), severities)


@accuracy_metric(
    "compression_accuracy",
    title="accuracy under JPEG compression",
    definition="share of the data's factors that probes name right under JPEG compression, mean over five severities",
    source=SOURCE,
    synonyms=("accuracy under compression", "robustness to JPEG compression", "robustness to compression", "JPEG robustness"),
    adjectives=(("robust to JPEG compression", "greater"), ("robust to JPEG artefacts", "greater")),
    hints=("JPEG", "compression", "compressed"),
)
def compression_accuracy(subject: Subject, severities: tuple[int, ...] = SEVERITIES) -> Tensor:
    """Pictures are encoded as JPEG and decoded, with a quality from 80 down to 40 in small pictures.

    Source: Hendrycks and Dietterich 2019, section 3, who classify without a new probe.
    """
    from checker.lab.corruptions import corrupted_accuracy, jpeg_compression

    return corrupted_accuracy(subject, (jpeg_compression,), severities)


def _at(severity: int, measure: Callable[[Subject, tuple[int, ...]], Tensor]) -> Callable[[Subject], Tensor]:
    def at_severity(subject: Subject) -> Tensor:
        return measure(subject, (severity,))

    return at_severity


for _measure in (noise_accuracy, blur_accuracy, contrast_accuracy, compression_accuracy):
    _word = METRICS[_measure.__name__].word
    for _severity in SEVERITIES:
        accuracy_metric(
            f"{_word.name}_{_severity}",
            title=f"{_word.title} at severity {_severity}",
            definition=f"share of the data's factors that probes name right: {_word.title} at severity {_severity} of 5",
            source=SOURCE,
            synonyms=tuple(f"{synonym} at severity {_severity}" for synonym in _word.synonyms),
            adjectives=tuple((f"{words} at severity {_severity}", relation) for words, relation in _word.adjectives),
        )(_at(_severity, _measure))
