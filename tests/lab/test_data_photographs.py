from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from checker.errors import MeasurementError
from checker.lab.data import DATA, photographs
from checker.lab.data.base import SPLIT_SEEDS


@pytest.mark.parametrize("size", [32, 64])
def test_crops_come_in_the_size_that_is_asked_for(size: int) -> None:
    drawn = DATA["photographs"].split("measure", 14, size)
    assert drawn.images.shape == (14, 3, size, size)
    assert drawn.factors == {}
    assert DATA["photographs"].categories == 0


def test_the_size_does_not_change_the_crops() -> None:
    large, small = (DATA["photographs"].split("measure", 14, size).images.astype(float) for size in (64, 32))
    halved = large.reshape(14, 3, 32, 2, 32, 2).mean((3, 5))
    assert abs(halved - small).mean() < 4  # of 255


def test_all_photographs_are_there_and_in_colour() -> None:
    drawn = DATA["photographs"].split("measure", len(photographs.SOURCES), 32).images.astype(int)
    assert len({tuple(picture.mean((1, 2)).round()) for picture in drawn}) == len(photographs.SOURCES) == 7
    assert all(abs(picture[0] - picture[2]).mean() > 2 for picture in drawn)


@pytest.mark.parametrize(("width", "height"), [(250, 120), (120, 250)])
def test_crops_of_a_ramp_tell_where_they_are(monkeypatch: pytest.MonkeyPatch, width: int, height: int) -> None:
    """Red is the column and green the row, so a crop's colours give its place, its side and its handedness."""
    rows, columns = np.mgrid[0:height, 0:width]
    ramp = Image.fromarray(np.stack([columns, rows, 0 * rows], 2).astype(np.uint8))
    monkeypatch.setattr(photographs, "_photograph", lambda *source: ramp)
    size, drawn = 16, photographs.draw("measure", 400, 16).images.astype(float)
    across, down = drawn[:, 0].mean(1), drawn[:, 1].mean(2)  # (crops, size)
    step = (across[:, -2] - across[:, 1]) / (size - 3)  # pixels of the ramp in one of the crop, < 0 where mirrored
    side = abs(step) * size
    assert side.min() == pytest.approx(0.4 * 120, abs=3)
    assert side.max() == pytest.approx(120, abs=3)
    assert np.histogram(side, 3, (48, 120))[0].min() > 90  # uniform: 133 in each third
    assert 0.4 < (step < 0).mean() < 0.6
    assert np.allclose((down[:, -2] - down[:, 1]) / (size - 3), abs(step), atol=0.15)  # square, never upside down
    left, top = across.mean(1) - side / 2, down.mean(1) - side / 2
    assert left.min() > -3 and (left + side).max() < width + 3
    assert top.min() > -3 and (top + side).max() < height + 3
    for start, room in ((left, width - side), (top, height - side)):
        place = start[room > 20] / room[room > 20]
        assert place.mean() == pytest.approx(0.5, abs=0.07)
        assert place.std() == pytest.approx(1 / np.sqrt(12), abs=0.05)


def test_splits_use_crops_of_their_own() -> None:
    crops = {split: DATA["photographs"].split(split, 21).images for split in SPLIT_SEEDS}
    pictures = np.concatenate(list(crops.values()))
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


def test_a_missing_photograph_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photographs, "SOURCES", (("skimage", "data", "nobody.png"),))
    with pytest.raises(MeasurementError, match=r"nobody\.png.*reinstall skimage"):
        photographs.draw("measure", 1, 32)
