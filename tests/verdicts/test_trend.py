from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import threshold, trend
from tests.verdicts.worlds import models, permuted


def layers(rng: np.random.Generator, slope: float, depth: int = 6, seed_sd: float = 0.1, image_sd: float = 0.5) -> np.ndarray:
    """(seeds, layers, images) that rise by `slope` over the depth; each seed and image has a level and a slope of its own."""
    level, steepness = models(rng, (10, slope), seed_sd, image_sd)
    place = np.linspace(0, 1, depth)[None, :, None]
    return level[:, None] + place * steepness[:, None] + rng.normal(0, 0.1, (3, depth, level.shape[1]))


@pytest.mark.parametrize(
    ("slope", "relation", "margin", "word"),
    [
        (3.0, "greater", 1.0, "supported"),
        (3.0, "less", 1.0, "refuted"),
        (-3.0, "less", 1.0, "supported"),
        (0.0, "greater", 1.0, "refuted"),
        (0.0, "not greater", 1.0, "supported"),  # does not increase, and does not decrease either
        (0.0, "less", 1.0, "refuted"),
        (0.0, "not less", 1.0, "supported"),
        (3.0, "not greater", 1.0, "refuted"),
        (1.0, "greater", 1.0, "inconclusive"),
    ],
)
def test_words(slope: float, relation: str, margin: float, word: str) -> None:
    verdict = trend(layers(np.random.default_rng(3), slope), relation, margin)  # type: ignore[arg-type]
    assert verdict.word == word
    assert "per depth of the network" in verdict.reason


def test_the_slope_is_that_of_least_squares_for_each_seed_and_image() -> None:
    values = layers(np.random.default_rng(0), 2.0, depth=5)
    slopes = np.array([[stats.linregress(np.linspace(0, 1, 5), image).slope for image in seed.T] for seed in values])
    verdict = trend(values, margin=1.0)
    assert verdict.effect == pytest.approx(slopes.mean())
    of_slopes = threshold(slopes, 1.0)
    assert (verdict.low, verdict.high, verdict.p) == pytest.approx((of_slopes.low, of_slopes.high, of_slopes.p))


def test_part_of_a_network_keeps_its_places() -> None:
    """The slope of the upper half of six layers is per depth of the whole network, not per depth of the half."""
    values = layers(np.random.default_rng(1), 2.0, depth=6)[:, 3:]
    assert trend(values, positions=(0.6, 0.8, 1.0)).effect == pytest.approx(2.5 * trend(values).effect)


def test_two_layers_are_their_difference() -> None:
    values = layers(np.random.default_rng(2), 2.0, depth=2)
    assert trend(values).effect == pytest.approx((values[:, 1] - values[:, 0]).mean())


@pytest.mark.parametrize(
    "positions", [(0.0, 0.5), (0.0, 0.5, 1.5), (-0.1, 0.5, 1.0), (0.0, 0.0, 1.0), (1.0, 0.5, 0.0), (0.0, math.nan, 1.0)]
)
def test_positions_grow_from_0_to_1(positions: tuple[float, ...]) -> None:
    with pytest.raises(MeasurementError, match="positions"):
        trend(layers(np.random.default_rng(2), 2.0, depth=3), positions=positions)


def test_one_layer_has_no_trend() -> None:
    with pytest.raises(MeasurementError, match="at least two layers"):
        trend([[[1.0, 2.0]]])
    with pytest.raises(MeasurementError, match=r"wanted \(seeds, layers, images\)"):
        trend([[1.0, 2.0]])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 0.5))
def test_properties(seed: int, slope: float, seed_sd: float, image_sd: float, margin: float) -> None:
    rng = np.random.default_rng(seed)
    values = layers(rng, slope, 4, seed_sd, image_sd)
    verdict, upside_down = trend(values, "greater", margin), trend(-values, "less", margin)
    assert (upside_down.word, upside_down.p) == (verdict.word, pytest.approx(verdict.p))
    assert trend(values[:, ::-1], "less", margin).p == pytest.approx(verdict.p)
    assert trend(values + 7, "greater", margin).low == pytest.approx(verdict.low)
    assert trend(*permuted(rng, values), "greater", margin).low == pytest.approx(verdict.low)
    assert {verdict.word, trend(values, "not greater", margin).word} in ({"supported", "refuted"}, {"inconclusive"})


def test_a_relative_margin_moves_with_the_mean_over_the_layers() -> None:
    """Decided on the slope minus a share of the mean against 0, and given beside the line at the measured mean."""
    values = layers(np.random.default_rng(4), 2.0, depth=5)
    verdict = trend(values, "greater", relative=0.1)
    weights = np.linspace(-1, 1, 5) / (np.linspace(-1, 1, 5) ** 2).sum() * 2
    moved = threshold(np.einsum("l,sli->si", weights - 0.1 / 5, values), 0.0)
    assert (verdict.word, verdict.p) == (moved.word, pytest.approx(moved.p))
    assert verdict.lines == pytest.approx((0.1 * values.mean(),))
    assert verdict.low - verdict.lines[0] == pytest.approx(moved.low)
    assert verdict.effect == pytest.approx(trend(values).effect)
    falling = trend(-values, "less", relative=0.1)
    assert (falling.word, falling.p) == (verdict.word, pytest.approx(verdict.p))
    with pytest.raises(MeasurementError, match="give one of them"):
        trend(values, margin=1.0, relative=0.1)


def test_a_relative_margin_has_the_error_of_the_mean() -> None:
    """The slope is a tenth of the level of each seed, exactly: no word may be given, whatever levels the seeds happen to have."""
    rng, place = np.random.default_rng(5), np.linspace(0, 1, 4)[None, :, None]
    words = {"moving": 0, "fixed": 0}
    for _ in range(200):
        level = 10 + rng.normal(0, 2, (4, 1, 1)) + rng.normal(0, 0.05, (4, 1, 8))
        values = level * (1 + 0.1 * (place - 0.5)) + rng.normal(0, 0.001, (4, 4, 8))
        words["moving"] += trend(values, "greater", relative=0.1).word != "inconclusive"
        words["fixed"] += trend(values, "greater", margin=0.1 * 10.0).word != "inconclusive"
    assert words["moving"] / 200 <= 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5


def test_around_a_mean_of_zero_its_sign_changes_nothing() -> None:
    """A relative margin has the sign of the mean over the layers; where that is unknown, both signs have to agree."""
    table = layers(np.random.default_rng(4), 1.0)
    above, below = (trend(table - table.mean() + level, "greater", relative=0.5) for level in (1e-9, -1e-9))
    assert (above.word, above.p, above.p_against) == (below.word, pytest.approx(below.p), pytest.approx(below.p_against))
