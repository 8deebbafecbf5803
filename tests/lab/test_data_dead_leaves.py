from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from checker.lab.data.dead_leaves import (
    CHUNK,
    GREY,
    LARGEST,
    LAYERS,
    OUTLINES,
    SAMPLES,
    SCALES,
    SIZE,
    SMALLEST,
    TINT,
    generate,
    render,
    throw_leaves,
    top_leaves,
)

HALF = math.sqrt(math.pi) / 2  # half the edge of a square whose area is that of the unit disc
CORNER = 2 * math.sqrt(math.pi / (3 * math.sqrt(3)))  # from the centre of such an equilateral triangle
WIDE = math.sqrt(3 * math.pi) / 2  # half the length of such a bar, three times as long as wide
CORNERS = {
    "square": [(HALF, HALF), (-HALF, HALF), (-HALF, -HALF), (HALF, -HALF)],
    "triangle": [(CORNER * math.cos(a), CORNER * math.sin(a)) for a in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6)],
    "bar": [(WIDE, WIDE / 3), (-WIDE, WIDE / 3), (-WIDE, -WIDE / 3), (WIDE, -WIDE / 3)],
}


def covers(outline: str, px: float, py: float, x: float, y: float, radius: float, turn: float) -> bool:
    """Whether a leaf covers a point: by distance for a disc, by the side of every edge for the others."""
    if outline == "disc":
        return math.hypot(px - x, py - y) <= radius
    turned = [
        (x + radius * (math.cos(turn) * a - math.sin(turn) * b), y + radius * (math.sin(turn) * a + math.cos(turn) * b))
        for a, b in CORNERS[outline]
    ]
    sides = [
        (bx - ax) * (py - ay) - (by - ay) * (px - ax) for (ax, ay), (bx, by) in zip(turned, turned[1:] + turned[:1], strict=True)
    ]
    return all(side >= 0 for side in sides)


@pytest.mark.parametrize("outline", OUTLINES)
def test_the_last_leaf_that_covers_a_sample_is_the_one_that_is_seen(outline: str) -> None:
    leaves = 30
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-6, SIZE + 6, (2, 2, leaves)).astype(np.float32)
    radius, turn = rng.uniform(2, 9, (2, leaves)).astype(np.float32), rng.uniform(-3, 3, (2, leaves)).astype(np.float32)
    top = top_leaves(x, y, radius, turn, outline)
    differ = 0
    for picture in range(2):
        for row in range(SIZE * SAMPLES):
            for column in range(SIZE * SAMPLES):
                seen = 0
                for leaf in range(leaves):
                    near = (
                        abs((column + 0.5) / SAMPLES - x[picture, leaf]) < 17
                        and abs((row + 0.5) / SAMPLES - y[picture, leaf]) < 17
                    )
                    if near and covers(
                        outline,
                        (column + 0.5) / SAMPLES,
                        (row + 0.5) / SAMPLES,
                        float(x[picture, leaf]),
                        float(y[picture, leaf]),
                        float(radius[picture, leaf]),
                        float(turn[picture, leaf]),
                    ):
                        seen = leaf + 1
                differ += int(seen != top[picture, row, column])
    assert 0 < (top > 0).mean() < 1
    assert differ <= 8  # of 8,192: samples that lie on an edge to within rounding


@pytest.mark.parametrize("outline", OUTLINES)
def test_a_leaf_has_the_area_of_its_disc(outline: str) -> None:
    x, y = np.random.default_rng(0).uniform(15, 17, (2, 200, 1)).astype(np.float32)
    radius, turn = np.full((200, 1), 8, np.float32), np.linspace(-3, 3, 200, dtype=np.float32)[:, None]
    areas = (top_leaves(x, y, radius, turn, outline) == 1).sum((1, 2)) / SAMPLES**2
    assert areas.mean() == pytest.approx(math.pi * 8**2, rel=0.003)
    assert areas.std() < 0.02 * areas.mean()  # what the grid of samples does


def test_a_leaf_outside_the_picture_is_not_seen() -> None:
    one = np.ones((1, 1), np.float32)
    assert not top_leaves(-5 * one, 16 * one, 4.9 * one, 0 * one, "disc").any()
    assert top_leaves(-5 * one, 16 * one, 7 * one, 0 * one, "disc").any()


@pytest.mark.parametrize("smallest", SMALLEST)
def test_radii_follow_the_power_law(smallest: float) -> None:
    radius = np.sort(throw_leaves(40, "disc", smallest, np.random.default_rng(0))[2], axis=None)
    assert radius[0] >= smallest - 1e-4
    assert radius[-1] <= LARGEST + 1e-3
    # The integral of r^-3 from the smallest radius, as a share of the whole.
    expected = (smallest**-2 - radius.astype(float) ** -2) / (smallest**-2 - LARGEST**-2)
    found = (np.arange(len(radius)) + 0.5) / len(radius)
    assert abs(found - expected).max() < 2 / math.sqrt(len(radius))  # Kolmogorov and Smirnov, p < 0.001


@pytest.mark.parametrize("outline", OUTLINES)
@pytest.mark.parametrize("smallest", SMALLEST)
def test_leaves_cover_all_but_a_sliver(outline: str, smallest: float) -> None:
    rng = np.random.default_rng(1)
    bare = (top_leaves(*throw_leaves(60, outline, smallest, rng), outline) == 0).mean()
    assert bare == pytest.approx(math.exp(-LAYERS), abs=0.005)  # a Poisson number of leaves over each point, nearly


@pytest.mark.parametrize("outline", OUTLINES)
def test_colours_are_greys_with_a_small_tint(outline: str) -> None:
    pictures = render(30, outline, SMALLEST[1], np.random.default_rng(2))[0].astype(float)
    assert (pictures.max(1) - pictures.min(1)).max() <= 2 * TINT * 255 + 1
    assert pictures.std() > 0.2 * (GREY[1] - GREY[0]) * 255
    means = pictures.mean((2, 3))
    assert means.std(0).max() < 0.1 * 255  # the mean colour tells little of which picture it is


def test_the_power_spectrum_falls_like_that_of_natural_images() -> None:
    grey = generate(500, 5).images.astype(float).mean(1)
    window = np.hanning(SIZE)[:, None] * np.hanning(SIZE)
    power = (abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2).mean(0)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIZE, 1 / SIZE), np.fft.fftfreq(SIZE, 1 / SIZE)))
    rings = np.arange(2, 15)
    means = [power[(frequency >= ring - 0.5) & (frequency < ring + 0.5)].mean() for ring in rings]
    slope = np.polyfit(np.log(rings), np.log(means), 1)[0]
    assert -3.0 < slope < -1.5


def test_the_factors_are_independent_and_name_the_category() -> None:
    split = generate(3000, 1)
    outline, scale = split.factors["outline"], split.factors["scale"]
    assert (split.category == outline * len(SCALES) + scale).all()
    counts = np.bincount(split.category, minlength=12)
    assert ((counts - 250) ** 2 / 250).sum() < 31.3  # chi squared with 11 degrees of freedom, p = 0.001


def test_every_scale_and_outline_shows() -> None:
    split = generate(1500, 2)
    grey = split.images.astype(float).mean(1)
    down, across = np.gradient(grey, axis=(1, 2))
    roughness = np.hypot(across, down).mean((1, 2))
    rough = [roughness[split.factors["scale"] == level] for level in range(3)]
    for finer, coarser in pairwise(rough):
        assert finer.mean() - coarser.mean() > 0.8 * max(finer.std(), coarser.std())

    # The directions of edges: those of a square repeat at a quarter turn, those of a triangle at a sixth, of a bar at a half.
    energy, angle = across**2 + down**2, np.arctan2(down, across)
    fold = {n: (energy * np.cos(n * angle)).sum((1, 2)) / energy.sum((1, 2)) for n in (2, 4, 6)}
    mean = {
        (outline, n): fold[n][split.factors["outline"] == level].mean() for level, outline in enumerate(OUTLINES) for n in fold
    }
    assert mean["bar", 2] < min(mean[outline, 2] for outline in OUTLINES if outline != "bar") - 0.2
    assert mean["square", 4] > max(mean["disc", 4], mean["triangle", 4]) + 0.1
    assert mean["triangle", 6] < min(mean["disc", 6], mean["square", 6]) - 0.1


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1])
def test_counts_around_a_chunk(count: int) -> None:
    split, more = generate(count, 3), generate(2 * CHUNK + 1, 3)
    assert split.images.shape == (count, 3, SIZE, SIZE)
    assert (split.images == more.images[:count]).all()
    assert (split.factors["scale"] == more.factors["scale"][:count]).all()


def test_another_seed_gives_other_pictures() -> None:
    assert not (generate(50, 1).images == generate(50, 2).images).all((1, 2, 3)).any()
