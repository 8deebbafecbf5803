from __future__ import annotations

import time

import numpy as np
import pytest

from checker.lab.data import DATA, Split
from checker.lab.data.figures import CHUNK, SHAPES, SIZE, TEXTURES, generate, render

shapes, textures = np.divmod(np.arange(1600) % 16, 4)


@pytest.fixture(scope="module")
def drawn() -> Split:
    return DATA["figures"].split("measure", 2000)


def test_factors_are_independent_and_make_the_category(drawn: Split) -> None:
    shape, texture = drawn.factors["shape"], drawn.factors["texture"]
    assert (drawn.category == shape * len(TEXTURES) + texture).all()
    counts = np.histogram2d(shape, texture, bins=(4, 4))[0]
    assert ((counts - 125) ** 2 / 125).sum() < 37.7  # chi-squared with 15 degrees of freedom, 1 in 1,000


@pytest.mark.parametrize("factor", ["shape", "texture"])
def test_a_figure_is_lighter_or_darker_at_random(drawn: Split, factor: str) -> None:
    assert drawn.masks is not None
    grey = drawn.images.mean(1)
    inside = (grey * drawn.masks).sum((1, 2)) / drawn.masks.sum((1, 2))
    outside = (grey * ~drawn.masks).sum((1, 2)) / (~drawn.masks).sum((1, 2))
    for level in range(4):
        lighter = (inside > outside)[drawn.factors[factor] == level]
        assert abs(lighter.mean() - 0.5) < 3.9 * 0.5 / np.sqrt(len(lighter))  # 1 in 10,000
        difference = (inside - outside)[drawn.factors[factor] == level]
        assert abs(difference.mean()) < 3.9 * difference.std() / np.sqrt(len(difference))


def test_all_shapes_cover_the_same_area() -> None:
    masks = render(shapes, textures, np.random.default_rng(0))[1]
    areas = np.array([masks[shapes == shape].mean() for shape in range(4)])
    assert areas == pytest.approx(areas.mean(), rel=0.08)  # what lies beyond the edge of the picture is cut off


def test_masks_cover_the_figure_alone() -> None:
    """The texture shows inside of the mask: there pixels differ from their neighbours, outside hardly."""
    images, masks = render(shapes, textures, np.random.default_rng(1))
    steps = abs(np.diff(images.astype(float).mean(1), axis=2))
    within, without = masks[:, :, 1:] & masks[:, :, :-1], ~(masks[:, :, 1:] | masks[:, :, :-1])
    for texture in range(4):
        rows = textures == texture
        assert steps[rows][within[rows]].mean() > 2 * steps[rows][without[rows]].mean()


def test_every_shape_has_its_own_outline() -> None:
    """Around its centre of mass, each shape fills other parts of its circle."""
    masks = render(shapes, textures, np.random.default_rng(2))[1]
    y, x = np.mgrid[:SIZE, :SIZE]
    profiles = []
    for shape in range(4):
        mask = masks[shapes == shape]
        total = mask.sum((1, 2))
        dx = x - ((mask * x).sum((1, 2)) / total)[:, None, None]
        dy = y - ((mask * y).sum((1, 2)) / total)[:, None, None]
        distance = np.hypot(dx, dy) / np.sqrt(total)[:, None, None]
        profiles.append([mask[(distance > low) & (distance < low + 0.2)].mean() for low in (0.0, 0.2, 0.4, 0.6, 0.8)])
    apart = np.abs(np.subtract.outer(np.array(profiles), np.array(profiles)).diagonal(axis1=1, axis2=3)).max(2)
    assert apart[~np.eye(4, dtype=bool)].min() > 0.05, SHAPES


def test_fewer_pictures_are_the_first_of_more_across_chunks() -> None:
    few, many = generate(CHUNK - 3, 7), generate(CHUNK + 40, 7)
    assert (few.images == many.images[: CHUNK - 3]).all()
    assert many.masks is not None and many.masks.shape == (CHUNK + 40, SIZE, SIZE)


def test_twenty_thousand_are_drawn_in_seconds() -> None:
    start = time.process_time()
    generate(5000, 1)
    assert time.process_time() - start < 10
