from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits

from checker.lab.data.base import SPLIT_SEEDS
from checker.lab.data.digits import PARTS, SIZE, draw


def test_the_splits_are_all_digits_once() -> None:
    drawn = {split: draw(split, 10_000, SIZE) for split in SPLIT_SEEDS}
    assert {split: len(part.category) for split, part in drawn.items()} == PARTS
    assert sum(PARTS.values()) == 1797
    assert Counter(np.concatenate([part.category for part in drawn.values()])) == Counter(load_digits().target)
    pictures = [picture.tobytes() for part in drawn.values() for picture in part.images]
    assert len(set(pictures)) == len({picture.tobytes() for picture in load_digits().images})


def test_enlarged_digits_are_the_digits_that_they_came_from() -> None:
    """Means of 4 x 4 blocks give back each 8 x 8 picture to within what smoothing changes, so its nearest source is itself."""
    source = load_digits()
    part = draw("measure", 256, SIZE)
    blocks = part.images[:, 0].reshape(-1, 8, 4, 8, 4).mean((2, 4)).reshape(256, 64) / 255 * 16
    nearest = [int(np.square(source.data - block).sum(1).argmin()) for block in blocks]
    assert len(set(nearest)) == 256
    assert (source.target[nearest] == part.category).all()
    assert np.sqrt(np.square(source.data[nearest] - blocks).mean()) < 2.5  # of 16


def test_channels_are_equal_and_the_factor_is_the_category() -> None:
    part = draw("train", 50, SIZE)
    assert (part.images == part.images[:, :1]).all()
    assert part.images.max() == 255
    assert (part.factors["digit"] == part.category).all()


@pytest.mark.parametrize("size", [8, 224])
def test_the_size_is_fixed(size: int) -> None:
    assert draw("train", 2, size).images.shape == (2, 3, 32, 32)


def test_each_split_holds_every_digit() -> None:
    assert all(np.bincount(draw(split, 10_000, SIZE).category, minlength=10).min() >= 10 for split in PARTS)
