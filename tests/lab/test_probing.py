"""A probe is the one minimum of its loss, so nothing but the data decides what it answers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from torch.nn import functional as F

from checker.errors import MeasurementError
from checker.lab import probing
from checker.lab.probing import RIDGE, TOLERANCE, LinearProbe, Scaler, nearest_neighbours


def pictures(seed: int = 0, count: int = 300, width: int = 12, classes: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Features that overlap between classes, and of very unequal spread, as those of networks are."""
    made = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (count,), generator=made)
    centres = torch.randn(classes, width, generator=made)
    noise = torch.randn(count, width, generator=made) @ torch.diag(torch.logspace(-2, 0.5, width))
    return (centres[labels] + noise) @ torch.randn(width, width, generator=made), labels


def gradient(probe: LinearProbe, seen: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    weight = probe.weight.clone().requires_grad_()
    scores = F.pad(seen.double(), (0, 1), value=1.0) @ weight
    (F.cross_entropy(scores, labels) + RIDGE * weight.square().sum()).backward()
    assert weight.grad is not None
    return weight.grad


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 9))
def test_the_gradient_is_zero_at_the_end(seed: int, classes: int) -> None:
    features, labels = pictures(seed, classes=classes)
    seen = Scaler.of(features)(features)
    probe = LinearProbe.fit(seen, labels, classes)
    assert gradient(probe, seen, labels).norm() <= 2 * TOLERANCE


def test_it_is_the_logistic_regression_of_scikit_learn() -> None:
    features, labels = pictures()
    seen = F.pad(Scaler.of(features)(features), (0, 1), value=1.0).numpy()
    same = LogisticRegression(C=1 / (2 * RIDGE * len(seen)), fit_intercept=False, solver="newton-cg", tol=1e-10, max_iter=1000)
    same.fit(seen, labels.numpy())
    found = LinearProbe.fit(torch.from_numpy(seen[:, :-1]), labels, 4)
    assert found.weight.T.numpy() == pytest.approx(same.coef_, abs=1e-6)


def test_neither_threads_nor_order_nor_rounding_change_an_answer() -> None:
    features, labels = pictures(count=600, width=40, classes=6)
    unseen, _ = pictures(1, 400, 40, 6)
    scale = Scaler.of(features)
    threads = torch.get_num_threads()
    fits = []
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            fits.append(LinearProbe.fit(scale(features), labels, 6))
    finally:
        torch.set_num_threads(threads)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(2))
    fits.append(LinearProbe.fit(scale(features)[order], labels[order], 6))
    noise = torch.randn(features.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    fits.append(LinearProbe.fit(scale(features) + 1e-12 * noise, labels, 6))
    for fit in fits[1:]:
        assert fit.weight.numpy() == pytest.approx(fits[0].weight.numpy(), abs=TOLERANCE / RIDGE)
        assert (fit(scale(unseen)) == fits[0](scale(unseen))).all()


@pytest.mark.parametrize("size", [1.0, 1e3])
def test_classes_that_are_separable_or_missing_have_a_probe(size: float) -> None:
    labels = torch.arange(60) % 3
    seen = size * F.one_hot(labels, 3)
    probe = LinearProbe.fit(seen, labels, 5)
    assert (probe(seen) == labels).all()
    assert gradient(probe, seen, labels).norm() <= 2 * TOLERANCE


def test_features_that_say_nothing_give_the_commonest_class() -> None:
    labels = torch.tensor([0, 1, 1, 2])
    assert (LinearProbe.fit(torch.zeros(4, 3), labels, 3)(torch.zeros(2, 3)) == 1).all()


def test_a_probe_that_does_not_converge_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "MOST_STEPS", 1)
    features, labels = pictures()
    with pytest.raises(MeasurementError, match="did not converge: its gradient is"):
        LinearProbe.fit(features, labels, 4)


def test_neighbours_vote_in_double_precision() -> None:
    """Two neighbours whose weights differ by less than single precision tells: the nearer one names the class."""
    train = torch.tensor([[1.0, 0.0], [1.0, 1e-9]], dtype=torch.float64)
    assert nearest_neighbours(train.flip(0), torch.tensor([1, 0]), torch.tensor([[1.0, -1e-4]], dtype=torch.float64)).item() == 0
