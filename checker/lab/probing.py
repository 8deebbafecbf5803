"""Linear probes and nearest neighbours on features: how much of the data's factors can be read out of a model."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

NEIGHBOURS, TEMPERATURE = 20, 0.07  # of the weighted k-NN (Wu et al. 2018, as DINO evaluates)
RIDGE = 1e-3  # weight of the squared norm of the linear probe


@dataclass(frozen=True)
class Scaler:
    """Brings features to the mean and spread of those it was made from."""

    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, features: Tensor) -> Scaler:
        """features (n, d)."""
        return cls(features.mean(0), features.std(0) + 1e-6)

    def __call__(self, features: Tensor) -> Tensor:
        return (features - self.mean) / self.std


@dataclass(frozen=True)
class LinearProbe:
    """Multinomial logistic regression with a ridge: weight (d, classes), bias (classes,)."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def fit(cls, features: Tensor, labels: Tensor, classes: int) -> LinearProbe:
        """features (n, d), scaled; labels (n,)."""
        with torch.enable_grad():
            weight = torch.zeros(features.shape[1], classes, requires_grad=True)
            bias = torch.zeros(classes, requires_grad=True)
            optimiser = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

            def closure() -> Tensor:
                optimiser.zero_grad()
                loss: Tensor = F.cross_entropy(features @ weight + bias, labels) + RIDGE * weight.square().sum()
                loss.backward()
                return loss

            optimiser.step(closure)
        return cls(weight.detach(), bias.detach())

    def __call__(self, features: Tensor) -> Tensor:
        """Predicted classes: features (m, d) -> (m,)."""
        return (features @ self.weight + self.bias).argmax(1)


def nearest_neighbours(train: Tensor, labels: Tensor, test: Tensor) -> Tensor:
    """Classes by a cosine k-NN with weights exp(similarity / TEMPERATURE): train (n, d), labels (n,), test (m, d) -> (m,)."""
    likeness = F.normalize(test, dim=1) @ F.normalize(train, dim=1).T  # (m, n)
    nearest = likeness.topk(min(NEIGHBOURS, len(train)), 1)
    votes = torch.zeros(len(test), int(labels.max()) + 1)
    votes.scatter_add_(1, labels[nearest.indices], (nearest.values / TEMPERATURE).exp())
    return votes.argmax(1)
