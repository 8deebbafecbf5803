from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import MeasurementError
from checker.verdicts import layers, threshold, trend
from tests.verdicts.test_trend import layers as network
from tests.verdicts.worlds import permuted

UPPER, LOWER, LAST = [False] * 3 + [True] * 3, [True] * 3 + [False] * 3, [False] * 5 + [True]


@pytest.mark.parametrize(
    ("slope", "relation", "margin", "word"),
    [
        (5.0, "greater", 1.0, "supported"),  # the halves of six layers differ by 0.6 of the slope
        (5.0, "less", 1.0, "refuted"),
        (-5.0, "less", 1.0, "supported"),
        (0.0, "greater", 1.0, "refuted"),
        (0.0, "not greater", 1.0, "supported"),
        (5.0, "not greater", 1.0, "refuted"),
        (5.0, "not less", 1.0, "supported"),
        (1 / 0.6, "greater", 1.0, "inconclusive"),
    ],
)
def test_words(slope: float, relation: str, margin: float, word: str) -> None:
    verdict = layers(network(np.random.default_rng(3), slope), UPPER, LOWER, relation, margin)  # type: ignore[arg-type]
    assert verdict.word == word
    assert "the other layers" in verdict.reason


def test_the_difference_is_taken_within_seeds_and_images() -> None:
    """However far apart the seeds are: what they share is no part of its error, as it is not in `threshold` of differences."""
    values = network(np.random.default_rng(0), 2.0, seed_sd=20.0, image_sd=20.0)
    values = values + 100 * np.arange(3)[:, None, None]
    found = layers(values, UPPER, LAST, margin=1.0)
    differences = values[:, 3:].mean(1) - values[:, 5]
    of_one = threshold(differences, 1.0)
    assert found.effect == pytest.approx(differences.mean())
    assert (found.low, found.high, found.p) == pytest.approx((of_one.low, of_one.high, of_one.p))


def test_of_two_layers_it_is_the_trend() -> None:
    values = network(np.random.default_rng(2), 2.0, depth=2)
    one, other = layers(values, [False, True], [True, False], margin=0.5), trend(values, margin=0.5)
    assert (one.effect, one.low, one.high, one.p, one.word) == pytest.approx(
        (other.effect, other.low, other.high, other.p, other.word)
    )


def test_a_relative_margin_is_a_share_of_the_other_layers() -> None:
    values = network(np.random.default_rng(4), 5.0) + 10
    found = layers(values, UPPER, LOWER, relative=0.05)
    assert found.margin == pytest.approx(0.05 * abs(values[:, :3].mean()))
    assert found.word == "supported"
    assert layers(100 * values, UPPER, LOWER, relative=0.05).p == pytest.approx(found.p)


@given(st.floats(-5, 5), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_sides_turned_around_turn_the_effect_around(slope: float, seed: int) -> None:
    values = network(np.random.default_rng(seed), slope)
    one, other = layers(values, UPPER, LOWER, "greater", 1.0), layers(values, LOWER, UPPER, "less", 1.0)
    assert (one.word, one.p) == (other.word, pytest.approx(other.p))
    assert (one.effect, one.low, one.high) == pytest.approx((-other.effect, -other.high, -other.low))


def test_the_order_of_seeds_and_images_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    values = network(rng, 2.0)
    one, other = layers(values, UPPER, LOWER, margin=1.0), layers(permuted(rng, values)[0], UPPER, LOWER, margin=1.0)
    assert (one.word, one.low) == (other.word, pytest.approx(other.low))


@pytest.mark.parametrize(
    ("those", "others", "why"),
    [
        (UPPER, UPPER, "same layers"),
        ([False] * 6, LOWER, "do not choose layers"),
        ([True], [False], "do not choose layers"),
    ],
)
def test_sides_have_to_be_two(those: list[bool], others: list[bool], why: str) -> None:
    with pytest.raises(MeasurementError, match=why):
        layers(network(np.random.default_rng(0), 1.0), those, others)
