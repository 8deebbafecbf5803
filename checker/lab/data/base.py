"""What a data set is: named splits of images with the factors that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.lab.registry import Registry

if TYPE_CHECKING:
    import numpy as np

# Every split is drawn from its own seed, so that no picture is used for two purposes.
SPLIT_SEEDS = {"train": 1, "probe-train": 2, "probe-test": 3, "held-out": 4, "measure": 5}


@dataclass(frozen=True)
class Split:
    """Images (n, 3, height, width), uint8; factors: name -> (n,) integers; category: (n,) integers."""

    images: np.ndarray
    factors: Mapping[str, np.ndarray]
    category: np.ndarray


@dataclass(frozen=True)
class Dataset:
    """A data set by name: words for it, its factors, and how to draw `count` images from a seed."""

    name: str
    title: str
    synonyms: tuple[str, ...]
    categories: int
    factors: Mapping[str, tuple[str, ...]]
    generate: Callable[[int, int], Split]

    def split(self, name: str, count: int) -> Split:
        """The first `count` images of a split. Raises KeyError for an unknown split."""
        return self.generate(count, SPLIT_SEEDS[name])


DATA: Registry[Dataset] = Registry("data set")
