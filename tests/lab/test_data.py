from __future__ import annotations

import numpy as np
import pytest

from checker.errors import ConfigurationError
from checker.lab.data import DATA
from checker.lab.data.shape_texture import SHAPES, TEXTURES, render
from checker.lab.registry import Registry


def test_pictures_and_factors() -> None:
    split = DATA["shapes"].split("measure", 400)
    assert split.images.shape == (400, 3, 32, 32)
    assert split.images.dtype == np.uint8
    shape, texture = split.factors["shape"], split.factors["texture"]
    assert (split.category == shape * len(TEXTURES) + texture).all()
    assert split.category.max() < DATA["shapes"].categories
    assert abs(np.corrcoef(shape, texture)[0, 1]) < 0.15  # drawn independently


def test_the_same_seed_gives_the_same_pictures_and_splits_share_none() -> None:
    data = DATA["shapes"]
    assert (data.split("measure", 50).images == data.split("measure", 50).images).all()
    assert not (data.split("measure", 50).images == data.split("probe-test", 50).images).all((1, 2, 3)).any()


def test_every_shape_and_texture_shows() -> None:
    rng = np.random.default_rng(0)
    shapes = np.repeat(np.arange(len(SHAPES)), 40)
    areas = (render(shapes, np.zeros_like(shapes), rng).mean(1) > 120).mean((1, 2)).reshape(len(SHAPES), 40).mean(1)
    assert len(set(areas.round(3))) == len(SHAPES)
    textures = np.repeat(np.arange(len(TEXTURES)), 40)
    pictures = render(np.zeros_like(textures), textures, rng)[:, :, 12:20, 12:20].astype(float)
    roughness = np.abs(np.diff(pictures, axis=3)).mean((1, 2, 3)).reshape(len(TEXTURES), 40).mean(1)
    assert roughness[TEXTURES.index("plain")] < 0.5 * np.delete(roughness, TEXTURES.index("plain")).min()


def test_a_registry_refuses_a_second_entry_and_names_what_it_has() -> None:
    registry: Registry[int] = Registry("thing")
    registry.register("one")(1)
    with pytest.raises(ConfigurationError, match="two thing entries"):
        registry.register("one")(2)
    with pytest.raises(ConfigurationError, match="there are: one"):
        registry["two"]
