"""Has a model learned something? Probes of the factors that made its data, and the gate that reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from checker.lab.data import Dataset

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.encoder import Encoder

PROBE_TRAIN, PROBE_TEST = 2000, 1000  # images
LEAD = 0.05  # accuracy by which a probe must beat initialisation, after two standard errors
DROP = 0.05  # share of its loss at initialisation that a model must lose


@dataclass(frozen=True)
class Competence:
    """What a network can do at one moment. Accuracies are shares of `images` held-out images.

    `own_loss` is the training objective on held-out images (None for a network that has no objective); `probe` maps each
    factor of the data to the accuracies of linear probes on the mean patch token after each block; `knn` holds the k-NN
    accuracies on the category after each block.
    """

    own_loss: float | None
    probe: Mapping[str, tuple[float, ...]]
    knn: tuple[float, ...]
    images: int = PROBE_TEST

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
        images = values.get("images", PROBE_TEST)
        return cls(own_loss=values["own_loss"], probe=probe, knn=tuple(values["knn"]), images=images)


def standard_error(accuracy: float, count: int) -> float:
    """Binomial standard error of an accuracy over `count` images, never zero (Agresti and Coull 1998)."""
    share = (accuracy * count + 2) / (count + 4)
    return math.sqrt(share * (1 - share) / (count + 4))


def why_not_competent(before: Competence, after: Competence) -> str | None:
    """The gate: None when a model may enter a verdict, else one sentence that says why not.

    `before` is the same network at initialisation. A model passes when its own held-out loss fell by DROP and the accuracy of
    its best block, averaged over the factors of its data, beats that of initialisation's best block by more than
    LEAD, two standard errors aside.
    """
    losses = (before.own_loss, after.own_loss)
    if None not in losses and not _fell_clearly(*losses):  # type: ignore[arg-type]
        return f"its own held-out loss did not go down clearly ({before.own_loss:.3f} to {after.own_loss:.3f})"
    doubt = 2 * math.hypot(standard_error(before.best, before.images), standard_error(after.best, after.images))
    if after.best - before.best < LEAD + doubt:
        return f"probes read the data's factors with {after.best:.0%} accuracy, at initialisation with {before.best:.0%}"
    return None


def _fell_clearly(before: float, after: float) -> bool:
    return before - after > DROP * abs(before)


def assess(encoder: Encoder, data: Dataset, own_loss: float | None) -> Competence:
    """Probe an encoder on fresh splits of `data`."""
    import torch

    from checker.lab.probing import LinearProbe, Scaler, nearest_neighbours
    from checker.lab.subject import pooled

    train = data.split("probe-train", PROBE_TRAIN, encoder.size)
    test = data.split("probe-test", PROBE_TEST, encoder.size)
    probe: dict[str, list[float]] = {name: [] for name in data.factors}
    nearest = []
    for seen, unseen in zip(*(pooled(encoder, torch.from_numpy(s.images)) for s in (train, test)), strict=True):
        scale = Scaler.of(seen)
        seen, unseen = scale(seen), scale(unseen)
        for name, levels in data.factors.items():
            labels, answers = (torch.from_numpy(split.factors[name]) for split in (train, test))
            probe[name].append(_share(LinearProbe.fit(seen, labels, len(levels))(unseen) == answers))
        labels, answers = (torch.from_numpy(split.category) for split in (train, test))
        nearest.append(_share(nearest_neighbours(seen, labels, unseen) == answers))
    return Competence(own_loss, {name: tuple(values) for name, values in probe.items()}, tuple(nearest), len(test.category))


def _share(right: Tensor) -> float:
    return round(float(right.double().mean()), 4)
