"""Raw pixels: what they tell, and that a factor that they tell carries no verdict."""

from __future__ import annotations

import numpy as np
import pytest

from checker.lab.data import DATA, Split
from checker.lab.data.base import Dataset
from checker.lab.floors import MOST_ABOVE_CHANCE, Floor, floors

PICTURES = 1000  # of each kind: fewer than a floor is measured with, so that the test is short


@pytest.mark.parametrize("name", ["figures"])
def test_raw_pixels_of_figures_tell_nothing(name: str) -> None:
    """Each reading lies within 5 points of chance, four standard errors of this smaller sample aside."""
    for floor in floors(DATA[name], PICTURES, PICTURES):
        error = np.sqrt(floor.chance * (1 - floor.chance) / PICTURES)
        assert floor.best < floor.chance + MOST_ABOVE_CHANCE + 4 * error, floor


def test_raw_pixels_of_digits_tell_the_digit() -> None:
    (floor,) = floors(DATA["digits"])
    assert floor.factor == "digit"
    assert floor.pictures == 241
    assert floor.probe > 0.85
    assert not floor.carries_knowledge


def _bars(split: str, count: int, size: int) -> Split:
    """Bright pixels say `told`; `hidden` is in nothing but its own array, and rare in one level."""
    rng = np.random.default_rng([len(split), 7])
    told, hidden = rng.integers(3, size=count), (rng.random(count) < 0.1).astype(np.int64)
    images = rng.integers(90, 110, (count, 3, 4, 4)).astype(np.uint8)
    images[np.arange(count), :, told] = 200
    return Split(images, {"told": told, "hidden": hidden}, told * 2 + hidden)


def test_each_factor_has_its_own_floor_and_chance() -> None:
    levels = {"told": ("a", "b", "c"), "hidden": ("no", "yes")}
    told, hidden, category = floors(Dataset("bars", "bars", (), 6, levels, _bars, __name__), 300, 300)
    assert (told.factor, hidden.factor, category.factor) == ("told", "hidden", "category")
    assert told.probe == told.knn == 1.0 and not told.carries_knowledge
    assert hidden.chance == pytest.approx(0.9, abs=0.06)  # the frequent level, not one of two
    assert hidden.carries_knowledge
    assert not category.carries_knowledge


def test_nothing_is_told_of_pictures_of_which_nothing_is_known() -> None:
    assert floors(DATA["photographs"]) == ()


@pytest.mark.parametrize(
    ("probe", "knn", "carries"), [(0.3, 0.25, True), (0.3001, 0.25, False), (0.25, 0.31, False), (0.2, 0.2, True)]
)
def test_the_better_of_two_readings_counts(probe: float, knn: float, carries: bool) -> None:
    assert Floor("shape", 0.25, probe, knn, 4000).carries_knowledge is carries
