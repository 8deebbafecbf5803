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
FIRST_TRAINING_SEED = 1000  # of pictures drawn anew for a training seed: apart from those of the splits
LEFT_OUT = 0.2  # of the training pictures there are, at least, by a random subset of them, so that seeds differ


@dataclass(frozen=True)
class Split:
    """Images (n, 3, height, width), uint8; factors: name -> (n,) integers; category: (n,) integers.

    masks (n, height, width), bool: True where a pixel says something of the factors, False on the ground and in what looks the
    same whatever the factors are; None where that is not known.
    """

    images: np.ndarray
    factors: Mapping[str, np.ndarray]
    category: np.ndarray
    masks: np.ndarray | None = None

    def __getitem__(self, rows: slice | np.ndarray) -> Split:
        """Some of the pictures, with all that is known of them."""
        factors = {name: levels[rows] for name, levels in self.factors.items()}
        return Split(self.images[rows], factors, self.category[rows], None if self.masks is None else self.masks[rows])

    def first(self, count: int) -> Split:
        """The first `count` pictures."""
        return self[:count]

    def patch_masks(self, patch: int) -> np.ndarray | None:
        """The share of each patch that `masks` marks: (n, height / patch, width / patch), in [0, 1]; None without masks.

        Raises ValueError where patches do not divide the picture evenly.
        """
        if self.masks is None:
            return None
        count, height, width = self.masks.shape
        if height % patch or width % patch:
            raise ValueError(f"pictures of {height} x {width} pixels cannot be cut into patches of {patch}")
        cut = self.masks.reshape(count, height // patch, patch, width // patch, patch)
        shares: np.ndarray = cut.mean((2, 4))
        return shares


Draw = Callable[[str, int, int], Split]  # (split, count, edge in pixels)
Redraw = Callable[[int, int, int], Split]  # (training seed, count, edge in pixels)


@dataclass(frozen=True)
class Dataset:
    """A data set by name: words for it, its factors, and how to draw the first `count` images of a split.

    Data of fixed size ignore the edge that is asked for; data sets of photographs deliver it. A set with fewer pictures than
    asked for gives all that it has. `factors` is empty, and `categories` 0, where nothing is known of the pictures. `module`
    holds the code that draws them. `redraw` draws the training pictures anew for a training seed; without it they are chosen at
    random among those of the split. `held_to_floor` is False for pictures that toys may be judged on although their raw pixels
    tell the factors.
    """

    name: str
    title: str
    synonyms: tuple[str, ...]
    categories: int
    factors: Mapping[str, tuple[str, ...]]
    draw: Draw
    module: str
    redraw: Redraw | None = None
    held_to_floor: bool = True

    def split(self, name: str, count: int, size: int = 32, seed: int | None = None) -> Split:
        """The first `count` images of a split, `size` pixels wide where the data can.

        With `seed`, the split "train" is the training set of that training seed, so that seeds repeat the whole experiment:
        drawn anew where pictures are generated, else a random subset without replacement. The other splits are the same for
        all seeds. Without `seed` it is one fixed set.

        Raises KeyError for no such split, MeasurementError where pictures are missing or cannot be read.
        """
        if name not in SPLIT_SEEDS:
            raise KeyError(name)
        if seed is None or name != "train":
            return self.draw(name, count, size)
        if self.redraw is not None:
            return self.redraw(seed, count, size)
        return self._subset(seed, count, size)

    def _subset(self, seed: int, count: int, size: int) -> Split:
        """Up to `count` training pictures, chosen at random without replacement among the first 2 * `count`, and never more
        than four fifths of those that there are."""
        import numpy as np

        pool = self.draw("train", 2 * count, size)
        available = len(pool.category)
        kept = min(count, available - round(LEFT_OUT * available))
        return pool[np.random.default_rng([seed, 0x5E7]).permutation(available)[:kept]]


def generated(generate: Callable[[int, int], Split]) -> Draw:
    """`draw` for pictures made from (count, seed): every split has its own seed."""

    def draw(split: str, count: int, size: int) -> Split:
        return generate(count, SPLIT_SEEDS[split])

    return draw


def regenerated(generate: Callable[[int, int], Split]) -> Redraw:
    """`redraw` for pictures made from (count, seed): other pictures for every training seed."""

    def redraw(seed: int, count: int, size: int) -> Split:
        return generate(count, FIRST_TRAINING_SEED + seed)

    return redraw


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
