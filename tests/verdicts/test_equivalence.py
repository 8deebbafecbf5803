from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import Looks, compare, equivalence
from checker.verdicts.contrast import contrast
from checker.verdicts.line import Line
from tests.verdicts.worlds import models, permuted


@pytest.mark.parametrize(
    ("difference", "margin", "word"),
    [
        (0.0, 1.0, "supported"),
        (0.5, 1.0, "supported"),
        (1.0, 1.0, "inconclusive"),
        (3.0, 1.0, "refuted"),
        (-3.0, 1.0, "refuted"),
        (0.0, 0.01, "inconclusive"),  # no difference is found, and none is shown to be small
    ],
)
def test_words(difference: float, margin: float, word: str) -> None:
    a, b = models(np.random.default_rng(3), (10 + difference, 10), 0.1, 0.5)
    verdict = equivalence(a, b, margin)
    assert verdict.word == word
    assert verdict.lines == (-margin, margin)
    assert verdict.confidence == pytest.approx(0.9 if word == "supported" else 0.95)
    assert verdict.effect == pytest.approx(a.mean() - b.mean())


def test_two_one_sided_tests_by_hand() -> None:
    a, b = np.array([[1.0], [1.2], [0.9]]), np.array([[1.1], [1.3], [1.0]])
    verdict = equivalence(a, b, 0.5)
    ends = [
        stats.ttest_ind(a[:, 0] + 0.5, b[:, 0], equal_var=False, alternative="greater").pvalue,
        stats.ttest_ind(a[:, 0] - 0.5, b[:, 0], equal_var=False, alternative="less").pvalue,
    ]
    assert verdict.p == pytest.approx(max(ends))
    ninety = stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False).confidence_interval(0.9)
    assert verdict.word == "supported"
    assert (verdict.low, verdict.high) == pytest.approx((ninety.low, ninety.high))
    assert equivalence(a, b, 0.5, looks=Looks((3, 5, 8), 0)).p == pytest.approx(Looks((3, 5, 8), 0).error(max(ends)))


def test_refuting_takes_the_wider_interval() -> None:
    """An interval at 90 % outside the margin is not enough, one at 95 % is."""
    a, b = models(np.random.default_rng(9), (1.0, 0.0), 0.2, 0.05)
    found = contrast({"a": a, "b": b}, (1, -1))
    ninety, ninety_five = found.interval(0.05)[0], found.interval(0.025)[0]
    assert 0 < ninety_five < ninety
    assert equivalence(a, b, (ninety + ninety_five) / 2).word == "inconclusive"
    assert equivalence(a, b, ninety_five - 1e-6).word == "refuted"


def test_an_open_claim_says_what_would_settle_it() -> None:
    a, b = models(np.random.default_rng(4), (0.3, 0.0), 0.3, 0.05)
    verdict = equivalence(a, b, 0.4)
    assert verdict.word == "inconclusive"
    assert verdict.seeds_needed is not None and f"about {verdict.seeds_needed} seeds" in verdict.reason


def test_a_relative_margin_is_a_share_of_the_baseline() -> None:
    a, b = models(np.random.default_rng(5), (10.1, 10), 0.1, 0.3)
    verdict = equivalence(a, b, relative=0.1)
    assert verdict.word == "supported"
    assert verdict.margin == pytest.approx(0.1 * b.mean())
    ends = [contrast({"a": a, "b": b}, (1, -share)).p(Line(0, side))[0] for share, side in ((0.9, 1), (1.1, -1))]  # type: ignore[arg-type]
    assert verdict.p == pytest.approx(max(ends))
    assert equivalence(a - 20, b - 20, relative=0.1).word == "supported"  # of the size of a baseline below 0
    assert equivalence(a - b.mean(), b - b.mean(), relative=0.1).word == "inconclusive"  # a tenth of nothing


@pytest.mark.parametrize(
    "options", [{"margin": 0.0}, {"relative": 0.0}, {"margin": 0.1, "relative": 0.1}, {"relative": math.nan}]
)
def test_a_margin_is_one_number_above_zero(options: dict[str, float]) -> None:
    with pytest.raises(MeasurementError, match="margin"):
        equivalence([[1.0, 2.0]], [[1.0, 3.0]], **options)  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1, 1), st.floats(0.01, 0.5), st.floats(0.01, 1), st.floats(0.1, 1))
def test_properties(seed: int, difference: float, seed_sd: float, image_sd: float, margin: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = models(rng, (difference, 0), seed_sd, image_sd, images=20)
    verdict, swapped = equivalence(a, b, margin), equivalence(b, a, margin)
    assert swapped.word == verdict.word  # similarity has no direction
    assert (swapped.low, swapped.high) == pytest.approx((-verdict.high, -verdict.low))
    assert equivalence(*permuted(rng, a, b), margin).high == pytest.approx(verdict.high)
    assert (verdict.word == "supported") == (verdict.p is not None and verdict.p < 0.05)
    assert (verdict.word == "refuted") == (verdict.p_against is not None and verdict.p_against < 0.05)
    inside = -margin < verdict.low and verdict.high < margin
    outside = verdict.high < -margin or verdict.low > margin
    doubted = "not decided with fewer than" in verdict.reason
    assert verdict.word == ("inconclusive" if doubted else "supported" if inside else "refuted" if outside else "inconclusive")
    beyond = {compare(a, b, relation, margin).word for relation in ("less", "greater")}  # type: ignore[arg-type]
    assert verdict.word != "supported" or "supported" not in beyond


def test_the_rule_names_both_levels() -> None:
    a, b = models(np.random.default_rng(3), (10, 10), 0.1, 0.5)
    rule = equivalence(a, b, 1.0).rule
    assert ", at 5 % each (alpha 0.05" in rule and "two-sided interval at 95 %, " in rule


def test_uneven_seeds_decide_nothing_whatever_the_margin() -> None:
    a, b = [[9.0], [10.0], [30.0]], [[10.0], [10.1], [10.2]]
    for margin in (0.1, 1000.0):
        verdict = equivalence(a, b, margin)
        assert (verdict.word, verdict.p, verdict.p_against) == ("inconclusive", 1.0, 1.0)
        assert "the seeds of a differ" in verdict.reason


@pytest.mark.parametrize("difference", [0.3, 3.0])
def test_what_settles_it_is_the_same_from_either_side(difference: float) -> None:
    a, b = models(np.random.default_rng(4), (difference, 0.0), 0.3, 0.05)
    one, other = equivalence(a, b, difference + 0.1), equivalence(b, a, difference + 0.1)
    assert one.word == other.word == "inconclusive"
    assert (one.effect, one.seeds_needed, one.reason) == (pytest.approx(-other.effect), other.seeds_needed, other.reason)
