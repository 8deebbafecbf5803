from __future__ import annotations

import pytest
import torch
from torch import Tensor

from checker.lab.competence import Competence, standard_error, why_not_competent
from checker.lab.probing import LinearProbe, Scaler, nearest_neighbours


def competence(loss: float | None, *accuracies: float) -> Competence:
    return Competence(loss, {"shape": accuracies, "texture": accuracies}, accuracies)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (competence(1.0, 0.4, 0.4), competence(0.5, 0.4, 0.7), None),
        (competence(1.0, 0.4, 0.4), competence(0.5, 0.7, 0.3), None),  # the best block counts
        (competence(1.0, 0.4), competence(1.0, 0.7), "held-out loss did not go down"),
        (competence(1.0, 0.4), competence(0.96, 0.7), "held-out loss did not go down clearly (1.000 to 0.960)"),
        (competence(-1.0, 0.4), competence(-1.2, 0.7), None),  # losses with logarithms may be negative
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
    assert accuracy(train, labels, test) > (0.98, 0.98)
    noise = torch.randn(300, 8)
    assert accuracy(noise, labels, torch.randn(300, 8)) == pytest.approx((1 / 3, 1 / 3), abs=0.12)


def accuracy(train: Tensor, labels: Tensor, test: Tensor) -> tuple[float, ...]:
    guesses = LinearProbe.fit(train, labels, 3)(test), nearest_neighbours(train, labels, test)
    return tuple(float((guess == labels).float().mean()) for guess in guesses)


def test_neighbours_vote_with_their_likeness() -> None:
    """Two near neighbours of one class outvote three far ones of another."""
    train = torch.tensor([[1.0, 0.0], [1.0, 0.01], [0.0, 1.0], [0.0, 1.0], [0.01, 1.0]])
    labels = torch.tensor([0, 0, 1, 1, 1])
    assert nearest_neighbours(train, labels, torch.tensor([[1.0, 0.5], [0.5, 1.0]])).tolist() == [0, 1]


def test_the_scaler_uses_what_it_was_made_from() -> None:
    scale = Scaler.of(torch.tensor([[0.0, 5.0], [2.0, 5.0]]))
    assert scale(torch.tensor([[3.0, 5.0]])).flatten().tolist() == pytest.approx([2 / 2**0.5, 0.0], rel=1e-4)
