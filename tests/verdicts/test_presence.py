from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import Looks, absence, presence
from checker.verdicts.answers import Share, clopper_pearson
from checker.verdicts.looks import ONE_LOOK
from tests.verdicts.worlds import permuted


def shown(*hits: int, images: int = 256) -> np.ndarray:
    """(seeds, images) with so many images that show it, for each seed."""
    return np.array([[float(image < count) for image in range(images)] for count in hits])


@pytest.mark.parametrize(
    ("hits", "bound", "present", "absent"),
    [
        ((0, 0, 0), 0.05, "refuted", "supported"),
        ((0, 0, 0), 0.01, "inconclusive", "inconclusive"),  # none among 256 still allows 1.4 %
        ((200, 180, 210), 0.05, "supported", "refuted"),
        ((200, 0, 210), 0.05, "refuted", "refuted"),  # the checkpoints disagree
        ((0, 12, 0), 0.05, "refuted", "inconclusive"),
        ((256, 256, 256), 0.05, "supported", "refuted"),
        ((13, 12, 14), 0.05, "inconclusive", "inconclusive"),
    ],
)
def test_words(hits: tuple[int, ...], bound: float, present: str, absent: str) -> None:
    assert presence(shown(*hits), bound).word == present
    assert absence(shown(*hits), bound).word == absent


@pytest.mark.parametrize(("hits", "images"), [(0, 20), (3, 20), (20, 20), (17, 256)])
def test_the_interval_is_the_exact_one(hits: int, images: int) -> None:
    exact = stats.binomtest(hits, images).proportion_ci(0.95, "exact")
    assert clopper_pearson(hits, images, 0.025) == pytest.approx((exact.low, exact.high))
    verdict = absence(shown(hits, images=images), 0.3)
    assert (verdict.effect, verdict.low, verdict.high) == pytest.approx((hits / images, exact.low, exact.high))
    below = stats.binomtest(hits, images, 0.3, "less").pvalue
    above = stats.binomtest(hits, images, 0.3, "greater").pvalue
    assert verdict.p == pytest.approx(min(1, 2 * below))
    assert verdict.p_against == pytest.approx(min(1, 2 * above))
    later = Looks((3, 5, 8), 1)
    assert presence(shown(hits, images=images), 0.3, looks=later).p == pytest.approx(later.two_sided(above))


def test_no_hit_at_all_needs_images_enough() -> None:
    """Without a hit the upper end is 1 - tail^(1/N)."""
    images = math.ceil(math.log(0.025) / math.log(1 - 0.01))
    assert absence(shown(0, images=images), 0.01).word == "supported"
    verdict = absence(shown(0, images=images - 1), 0.01)
    assert verdict.word == "inconclusive"
    assert "images would settle it" in verdict.reason
    assert verdict.seeds_needed is None


def test_the_seed_that_decides_is_named() -> None:
    verdict = absence(shown(0, 60, 0), 0.05)
    assert "seed 1: 60 of 256 images show it" in verdict.reason
    assert [part.name for part in verdict.parts] == ["seed 0", "seed 1", "seed 2"]
    assert [part.verdict.word for part in verdict.parts] == ["supported", "refuted", "supported"]
    assert verdict.seeds == 3 and verdict.images == 256
    assert "about these checkpoints only" in verdict.rule


@pytest.mark.parametrize("decide", [presence, absence])
@pytest.mark.parametrize(
    ("table", "bound"), [([[0.5, 1.0]], 0.1), ([[0, 1]], 0.0), ([[0, 1]], 1.0), ([[0, 1]], math.nan), ([[2, 1]], 0.1)]
)
def test_what_is_no_rate(decide: object, table: list[list[float]], bound: float) -> None:
    with pytest.raises(MeasurementError):
        decide(table, bound)  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.floats(0, 1), st.floats(0.05, 0.9))
def test_properties(seed: int, seeds: int, rate: float, bound: float) -> None:
    rng = np.random.default_rng(seed)
    table = (rng.random((seeds, 30)) < rate).astype(float)
    present, absent = presence(table, bound), absence(table, bound)
    assert {present.word, absent.word} != {"supported"}
    assert absence(*permuted(rng, table), bound) == absent
    inverted = presence(1 - table, 1 - bound)
    assert (inverted.word, inverted.p) == (absent.word, pytest.approx(absent.p))
    for verdict in (present, absent):
        assert (verdict.word == "supported") == (verdict.p is not None and verdict.p < 0.05)
        assert (verdict.word == "refuted") == (verdict.p_against is not None and verdict.p_against < 0.05)
    more = absence(np.vstack([table, table[:1]]), bound)
    assert not (more.word == "supported" and absent.word != "supported")  # one more seed cannot make it easier


def test_an_open_share_says_how_many_images_settle_it() -> None:
    found = Share(2 / 64, (1,), 64)
    _, clause = found.settle(0.1, 0.025, ONE_LOOK)
    assert absence(shown(2, images=64), 0.1).reason.endswith(clause)
    assert clause != found.settle(0.1, 0.05 / 3, ONE_LOOK)[1]
    named = int(clause.split()[1])
    assert absence(shown(round(named * 2 / 64), images=named), 0.1).word == "supported"


def test_the_rule_names_the_level_and_the_bound() -> None:
    rule = presence(shown(200, 180, 210), 0.05).rule
    assert rule.startswith("exact binomial interval at 95 % (alpha 0.05 ")
    assert rule.endswith("for each of 3 checkpoints; all have to lie above 0.05; about these checkpoints only")
