"""Linear probes and nearest neighbours on features: how much of the data's factors can be read out of a model."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from checker.errors import MeasurementError

NEIGHBOURS, TEMPERATURE = 20, 0.07  # of the weighted k-NN (Wu et al. 2018, as DINO evaluates)
RIDGE = 1e-3  # weight of the squared norm of a probe's coefficients
TOLERANCE = 1e-10  # largest norm of the gradient of a fitted probe; the optimum is then within TOLERANCE / (2 RIDGE)
MOST_STEPS = 100  # of Newton's method; about ten are taken
ROUNDING = 1e-12  # of a loss, within which two are equal


@dataclass(frozen=True)
class Scaler:
    """Brings features to the mean and spread of those it was made from."""

    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, features: Tensor) -> Scaler:
        """features (n, d). In double precision, so that rounding decides no answer."""
        features = features.double()
        return cls(features.mean(0), features.std(0) + 1e-6)

    def __call__(self, features: Tensor) -> Tensor:
        return (features.double() - self.mean) / self.std


@dataclass(frozen=True)
class LinearProbe:
    """Multinomial logistic regression with a ridge: `weight` (d + 1, classes), the intercepts in the last row."""

    weight: Tensor

    @classmethod
    def fit(cls, features: Tensor, labels: Tensor, classes: int) -> LinearProbe:
        """features (n, d), scaled; labels (n,).

        The ridge is on all coefficients, so that the loss has one minimum even where a class is missing or the classes are
        separable. It is followed to that minimum, so the answers depend on the data alone: not on the order of the
        pictures, the number of threads or how many steps were taken.

        Raises MeasurementError where the minimum is not reached.
        """
        problem = _Problem(_with_intercept(features), F.one_hot(labels, classes).double())
        return cls(problem.minimum())

    def __call__(self, features: Tensor) -> Tensor:
        """Predicted classes: features (m, d) -> (m,)."""
        return (_with_intercept(features) @ self.weight).argmax(1)


@dataclass(frozen=True)
class _Problem:
    """The loss of a probe: the mean cross entropy plus RIDGE times the squared norm. seen (n, d), wanted (n, classes)."""

    seen: Tensor
    wanted: Tensor

    def loss(self, weight: Tensor) -> Tensor:
        scores = self.seen @ weight
        return (scores.logsumexp(1) - (scores * self.wanted).sum(1)).mean() + RIDGE * weight.square().sum()

    def minimum(self) -> Tensor:
        """By Newton's method, each step shortened until the loss falls (Nocedal and Wright 2006, algorithm 7.1)."""
        weight = torch.zeros(self.seen.shape[1], self.wanted.shape[1], dtype=torch.float64)
        loss = self.loss(weight)
        for _ in range(MOST_STEPS):
            shares = (self.seen @ weight).softmax(1)
            gradient = self._project(shares - self.wanted) + 2 * RIDGE * weight
            size = float(gradient.norm())
            if size <= TOLERANCE:
                return weight
            step = self._newton_step(shares, gradient, min(0.5, size**0.5) * size)
            slope = float((gradient * step).sum())
            length = 1.0
            while self.loss(weight + length * step) > loss + 1e-4 * length * slope + ROUNDING:
                length /= 2
            weight = weight + length * step
            loss = self.loss(weight)
        raise MeasurementError(f"a linear probe did not converge: its gradient is {size:.1e} after {MOST_STEPS} steps")

    def _newton_step(self, shares: Tensor, gradient: Tensor, residual: float) -> Tensor:
        """Conjugate gradients on the Newton equation, until what is left of it is shorter than `residual`.

        Preconditioned with the Hessian as if each picture's classes were curved alike: a (d, d) matrix for all classes.
        """
        curvature = (shares * (1 - shares)).sum(1, keepdim=True) / (shares.shape[1] - 1)
        ridge = 2 * RIDGE * torch.eye(self.seen.shape[1], dtype=torch.float64)
        factor = torch.linalg.cholesky(self._project(curvature * self.seen) + ridge)
        step, left = torch.zeros_like(gradient), -gradient
        better = torch.cholesky_solve(left, factor)
        direction, product = better, (left * better).sum()
        while left.norm() > residual:
            scores = self.seen @ direction
            curved = shares * (scores - (shares * scores).sum(1, keepdim=True))
            curved = self._project(curved) + 2 * RIDGE * direction
            length = product / (direction * curved).sum()
            step, left = step + length * direction, left - length * curved
            better = torch.cholesky_solve(left, factor)
            before, product = product, (left * better).sum()
            direction = better + product / before * direction
        return step

    def _project(self, values: Tensor) -> Tensor:
        """values (n, k) onto the features, on average over pictures: (d, k)."""
        return self.seen.T @ values / len(self.seen)


def _with_intercept(features: Tensor) -> Tensor:
    return F.pad(features.double(), (0, 1), value=1.0)


def nearest_neighbours(train: Tensor, labels: Tensor, test: Tensor) -> Tensor:
    """Classes by a cosine k-NN with weights exp(similarity / TEMPERATURE): train (n, d), labels (n,), test (m, d) -> (m,)."""
    likeness = F.normalize(test.double(), dim=1) @ F.normalize(train.double(), dim=1).T  # (m, n)
    nearest = likeness.topk(min(NEIGHBOURS, len(train)), 1)
    votes = torch.zeros(len(test), int(labels.max()) + 1, dtype=torch.float64)
    votes.scatter_add_(1, labels[nearest.indices], (nearest.values / TEMPERATURE).exp())
    return votes.argmax(1)
