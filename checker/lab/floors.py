"""What raw pixels alone reveal of the factors of a data set: the floor for everything that a model is said to know.

Where a linear probe or the nearest neighbours of raw pixels already name a factor, a model that keeps its pixels names it too,
and its accuracy says nothing of what it has learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.lab.competence import PROBE_TRAIN

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from checker.lab.data import Dataset, Split

MOST_ABOVE_CHANCE = 0.05  # accuracy of raw pixels above chance with which a factor still carries verdicts
TEST_PICTURES = 4000  # that raw pixels are tested on: a standard error of 0.006 at an accuracy of 0.2


@dataclass(frozen=True)
class Floor:
    """How often raw pixels name a factor: shares of `pictures` held-out pictures, by a linear probe and by k-NN. `chance` is the
    share of the level that is most frequent among the pictures that probes are fitted on, at least one over the levels."""

    factor: str
    chance: float
    probe: float
    knn: float
    pictures: int

    @property
    def best(self) -> float:
        return max(self.probe, self.knn)

    @property
    def carries_knowledge(self) -> bool:
        """Whether what a model reads of this factor says what it has learned."""
        return self.best <= round(self.chance + MOST_ABOVE_CHANCE, 4)  # accuracies are kept to four decimals


def floors(data: Dataset, train: int = PROBE_TRAIN, test: int = TEST_PICTURES) -> tuple[Floor, ...]:
    """The floor of each factor of `data`, and of their combination: none where nothing is known of the pictures.

    Probes are fitted on `train` pictures of the split "probe-train", as many as those on a model's features, and tested on `test`
    pictures of "probe-test", or on as many as there are. Raises MeasurementError where pictures are missing.
    """
    import torch

    from checker.lab.probing import Scaler

    if not data.factors:
        return ()
    splits = [data.split("probe-train", train), data.split("probe-test", test)]
    seen, unseen = (torch.from_numpy(split.images).flatten(1).float() for split in splits)
    scale = Scaler.of(seen)
    seen, unseen = scale(seen), scale(unseen)
    sizes = {name: len(levels) for name, levels in data.factors.items()}
    if len(sizes) > 1:  # the category is their combination; of a single factor it is that factor
        sizes["category"] = data.categories
    return tuple(
        _floor(name, size, seen, unseen, *(torch.from_numpy(_levels(split, name)) for split in splits))
        for name, size in sizes.items()
    )


def _levels(split: Split, factor: str) -> np.ndarray:
    return split.category if factor == "category" else split.factors[factor]


def _floor(factor: str, levels: int, seen: Tensor, unseen: Tensor, labels: Tensor, answers: Tensor) -> Floor:
    from checker.lab.probing import LinearProbe, nearest_neighbours

    def share(named: Tensor) -> float:
        return round(float((named == answers).double().mean()), 4)

    chance = max(share(labels.mode().values), round(1 / levels, 4))
    probe = share(LinearProbe.fit(seen, labels, levels)(unseen))
    return Floor(factor, chance, probe, share(nearest_neighbours(seen, labels, unseen)), len(answers))
