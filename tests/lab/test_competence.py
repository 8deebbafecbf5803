from __future__ import annotations

import pytest
import torch

from checker.lab.competence import Competence, knn, linear_probe, standard_error, why_not_competent


def competence(loss: float | None, *accuracies: float) -> Competence:
    return Competence(loss, {"shape": accuracies, "texture": accuracies}, accuracies)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (competence(1.0, 0.4, 0.4), competence(0.5, 0.4, 0.7), None),
        (competence(1.0, 0.4, 0.4), competence(0.5, 0.7, 0.3), None),  # the best block counts
        (competence(1.0, 0.4), competence(1.0, 0.7), "held-out loss did not go down"),
        (competence(1.0, 0.4), competence(float("nan"), 0.7), "held-out loss did not go down"),
        (competence(1.0, 0.4), competence(0.5, 0.47), "probes read the data's factors with 47% accuracy"),
        (competence(1.0, 0.4), competence(0.5, 0.3), "probes read"),
    ],
)
def test_the_gate(before: Competence, after: Competence, fault: str | None) -> None:
    found = why_not_competent(before, after)
    assert found is None if fault is None else fault in (found or "")


def test_the_best_block_is_the_best_mean_over_factors() -> None:
    measured = Competence(None, {"a": (0.9, 0.5), "b": (0.1, 0.6)}, (0.0, 0.0))
    assert measured.by_block == pytest.approx((0.5, 0.55))
    assert measured.best == pytest.approx(0.55)


def test_standard_error_is_never_zero() -> None:
    assert standard_error(0.5, 10_000) == pytest.approx(0.005, rel=0.01)
    assert standard_error(1.0, 1000) > 0


def test_probes_on_separable_and_on_random_features() -> None:
    torch.manual_seed(0)
    labels = torch.arange(300) % 3
    centres = torch.nn.functional.one_hot(labels, 3).float() * 6
    train, test = (torch.cat([centres, torch.zeros(300, 5)], 1) + torch.randn(300, 8) for _ in range(2))
    assert linear_probe(train, labels, test, labels, 3) > 0.98
    assert knn(train, labels, test, labels) > 0.98
    noise = torch.randn(300, 8)
    assert linear_probe(noise, labels, torch.randn(300, 8), labels, 3) == pytest.approx(1 / 3, abs=0.12)
    assert knn(noise, labels, torch.randn(300, 8), labels) == pytest.approx(1 / 3, abs=0.12)
