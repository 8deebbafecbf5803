"""Has a model learned something? Probes of the factors that made its data, and the gate that reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from checker.lab.data import Dataset

if TYPE_CHECKING:
    from timm.models.vision_transformer import VisionTransformer
    from torch import Tensor

PROBE_TRAIN, PROBE_TEST = 2000, 1000  # images
NEIGHBOURS, TEMPERATURE = 20, 0.07  # of the weighted k-NN (Wu et al. 2018, as DINO evaluates)
RIDGE = 1e-3  # weight of the squared norm of the linear probe
LEAD = 0.05  # accuracy by which a probe must beat initialisation, after two standard errors


@dataclass(frozen=True)
class Competence:
    """What a network can do at one moment. Accuracies are shares of PROBE_TEST held-out images.

    `own_loss` is the training objective on held-out images (None for a network that has no objective); `probe` maps each
    factor of the data to the accuracies of linear probes on the mean patch token after each block; `knn` holds the k-NN
    accuracies on the category after each block.
    """

    own_loss: float | None
    probe: Mapping[str, tuple[float, ...]]
    knn: tuple[float, ...]

    @property
    def by_block(self) -> tuple[float, ...]:
        """Probe accuracy after each block, averaged over the factors."""
        return tuple(sum(accuracies) / len(accuracies) for accuracies in zip(*self.probe.values(), strict=True))

    @property
    def best(self) -> float:
        """The best block's accuracy: objectives keep what they know at different depths (SimMIM in the middle)."""
        return max(self.by_block)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Competence:
        probe = {name: tuple(accuracies) for name, accuracies in values["probe"].items()}
        return cls(own_loss=values["own_loss"], probe=probe, knn=tuple(values["knn"]))


def standard_error(accuracy: float, count: int) -> float:
    """Binomial standard error of an accuracy over `count` images, never zero (Agresti and Coull 1998)."""
    share = (accuracy * count + 2) / (count + 4)
    return math.sqrt(share * (1 - share) / (count + 4))


def why_not_competent(before: Competence, after: Competence) -> str | None:
    """The gate: None when a model may enter a verdict, else one sentence that says why not.

    `before` is the same network at initialisation. A model passes when its own held-out loss went down and the accuracy
    of its best block, averaged over the factors of its data, beats that of initialisation's best block by more than
    LEAD, two standard errors aside.
    """
    if after.own_loss is not None and before.own_loss is not None and not after.own_loss < before.own_loss:
        return f"its own held-out loss did not go down ({before.own_loss:.3f} to {after.own_loss:.3f})"
    doubt = 2 * math.hypot(standard_error(before.best, PROBE_TEST), standard_error(after.best, PROBE_TEST))
    if after.best - before.best < LEAD + doubt:
        return f"probes read the data's factors with {after.best:.0%} accuracy, at initialisation with {before.best:.0%}"
    return None


def assess(encoder: VisionTransformer, data: Dataset, own_loss: float | None) -> Competence:
    """Probe an encoder on fresh splits of `data`."""
    import torch

    from checker.lab.transformer import patch_features

    encoder.eval()
    train, test = (data.split(name, count) for name, count in (("probe-train", PROBE_TRAIN), ("probe-test", PROBE_TEST)))
    probe: dict[str, list[float]] = {name: [] for name in data.factors}
    nearest = []
    for seen, unseen in zip(*(patch_features(encoder, torch.from_numpy(s.images)) for s in (train, test)), strict=True):
        mean, std = seen.mean(0), seen.std(0) + 1e-6
        seen, unseen = (seen - mean) / std, (unseen - mean) / std
        for name, levels in data.factors.items():
            labels, answers = (torch.from_numpy(split.factors[name]) for split in (train, test))
            probe[name].append(linear_probe(seen, labels, unseen, answers, classes=len(levels)))
        labels, answers = (torch.from_numpy(split.category) for split in (train, test))
        nearest.append(knn(seen, labels, unseen, answers))
    return Competence(own_loss, {name: tuple(values) for name, values in probe.items()}, tuple(nearest))


def linear_probe(train: Tensor, labels: Tensor, test: Tensor, answers: Tensor, classes: int) -> float:
    """Accuracy of multinomial logistic regression: train (n, d), labels (n,), test (m, d), answers (m,)."""
    import torch
    from torch.nn import functional as F

    weight = torch.zeros(train.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss: Tensor = F.cross_entropy(train @ weight + bias, labels) + RIDGE * weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    predicted = (test @ weight.detach() + bias.detach()).argmax(1)
    return round(float((predicted == answers).double().mean()), 4)


def knn(train: Tensor, labels: Tensor, test: Tensor, answers: Tensor) -> float:
    """Accuracy of a cosine k-NN with weights exp(similarity / TEMPERATURE); shapes as `linear_probe`."""
    import torch
    from torch.nn import functional as F

    likeness = F.normalize(test, dim=1) @ F.normalize(train, dim=1).T  # (m, n)
    nearest = likeness.topk(NEIGHBOURS, 1)
    votes = torch.zeros(len(test), int(labels.max()) + 1)
    votes.scatter_add_(1, labels[nearest.indices], (nearest.values / TEMPERATURE).exp())
    return round(float((votes.argmax(1) == answers).double().mean()), 4)
