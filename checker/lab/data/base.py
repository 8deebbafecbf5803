"""What a data set is: named splits of images with the factors that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.lab.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# Every split of a generated data set is drawn from its own seed, so that no picture is used for two purposes.
SPLIT_SEEDS = {"train": 1, "probe-train": 2, "probe-test": 3, "held-out": 4, "measure": 5}


@dataclass(frozen=True)
class Split:
    """Images (n, 3, height, width), uint8; factors: name -> (n,) integers; category: (n,) integers."""

    images: np.ndarray
    factors: Mapping[str, np.ndarray]
    category: np.ndarray

    def first(self, count: int) -> Split:
        """The first `count` pictures."""
        return Split(self.images[:count], {name: levels[:count] for name, levels in self.factors.items()}, self.category[:count])


Draw = Callable[[str, int, int], Split]  # (split, count, edge in pixels)


@dataclass(frozen=True)
class Dataset:
    """A data set by name: words for it, its factors, and how to draw the first `count` images of a split.

    Data of fixed size ignore the edge that is asked for; data sets of photographs deliver it. A set with fewer pictures than
    asked for gives all that it has. `factors` is empty, and `categories` 0, where nothing is known of the pictures. `module`
    holds the code that draws them.
    """

    name: str
    title: str
    synonyms: tuple[str, ...]
    categories: int
    factors: Mapping[str, tuple[str, ...]]
    draw: Draw
    module: str

    def split(self, name: str, count: int, size: int = 32) -> Split:
        """The first `count` images of a split, `size` pixels wide where the data can.

        Raises KeyError for no such split, MeasurementError where pictures are missing or cannot be read.
        """
        if name not in SPLIT_SEEDS:
            raise KeyError(name)
        return self.draw(name, count, size)


def generated(generate: Callable[[int, int], Split]) -> Draw:
    """`draw` for pictures made from (count, seed): every split has its own seed."""

    def draw(split: str, count: int, size: int) -> Split:
        return generate(count, SPLIT_SEEDS[split])

    return draw


def squared(picture: Image.Image, edge: int, box: tuple[int, int, int, int] | None = None) -> np.ndarray:
    """A square of an RGB picture, resized with antialiasing: uint8, (3, edge, edge).

    `box` is (left, top, right, bottom) in pixels of the picture; without one it is the largest central square. Nothing outside
    it shows in the result.
    """
    import numpy as np
    from PIL.Image import Resampling

    if box is None:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        box = (left, top, left + side, top + side)
    return np.asarray(picture.crop(box).resize((edge, edge), Resampling.BICUBIC)).transpose(2, 0, 1)


DATA: Registry[Dataset] = Registry("data set")
