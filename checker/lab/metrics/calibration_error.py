"""Calibration error: how far the confidence of linear probes is from how often they are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject

BINS = 15  # of equal width, as the authors take


@metric(
    "calibration_error",
    title="calibration error",
    definition="expected calibration error of the data's factors as linear probes name them, 15 bins",
    source="Guo et al. 2017, section 2",
    unit="share",
    reads="model",
    needs=("features",),
    margin=(0.02, "share"),
    synonyms=("expected calibration error", "ECE", "miscalibration"),
    comparatives=(
        ("higher", "greater"),
        ("greater", "greater"),
        ("larger", "greater"),
        ("worse", "greater"),
        ("lower", "less"),
        ("smaller", "less"),
        ("better", "less"),
    ),
    factors=("category",),
    layers="last 1",
    adjectives=(
        ("well calibrated", "less"),
        ("well-calibrated", "less"),
        ("miscalibrated", "greater"),
    ),
    loose=(("better calibrated predictions", "less"), ("worse calibrated predictions", "greater")),
    predicates=(
        ("is better calibrated", "less"),
        ("are better calibrated", "less"),
        ("is worse calibrated", "greater"),
        ("are worse calibrated", "greater"),
    ),
    hints=("calibrated", "calibration", "confidence", "overconfident", "confident"),
    about_knowledge=True,
)
def calibration_error(subject: Subject) -> Tensor:
    """The expected calibration error of linear probes after each block, mean over the data's factors: (depth, 1), in [0, 1].

    The probes are those of linear probe accuracy. See `expected_calibration_error`. A value is about all pictures together, so
    there is one column. With few pictures it is above zero even for a probe that is calibrated.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2, of a network's own classes.

    Raises MeasurementError where no factor of the pictures is known.
    """
    import torch

    readout, answers = subject.readout, subject.split("measure", subject.count).factors
    errors = []
    for block, features in enumerate(subject.features):
        scaled = readout.scaled(block, features)
        found = []
        for factor in readout.levels:
            weight = readout.probe(block, factor).weight
            shares = (scaled @ weight[:-1] + weight[-1]).softmax(1)
            found.append(expected_calibration_error(shares, torch.from_numpy(answers[factor])))
        errors.append(sum(found) / len(found))
    return torch.tensor(errors, dtype=torch.float64)[:, None]


def expected_calibration_error(shares: Tensor, labels: Tensor) -> float:
    """How far confidence and accuracy are apart: sum_b n_b / n |accuracy_b - confidence_b| over BINS bins of equal width.

    shares (n, classes), each row summing to 1; labels (n,). The confidence of an answer is the largest share, and bin b holds
    those in (b / BINS, (b + 1) / BINS].

    Source: Guo et al. 2017, equation 3 (after Naeini et al. 2015).
    """
    import torch

    confidence, named = shares.double().max(1)
    edges = torch.linspace(0, 1, BINS + 1, dtype=torch.float64)
    where = torch.bucketize(confidence, edges[1:-1])  # edges on the right are closed
    gaps = torch.zeros(BINS, dtype=torch.float64).index_add_(0, where, (named == labels).double() - confidence)
    return float(gaps.abs().sum() / len(labels))
