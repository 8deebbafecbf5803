from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import compare, ratio
from tests.verdicts.worlds import models, permuted


@pytest.mark.parametrize(
    ("means", "factor", "relation", "word"),
    [
        ((12, 4), 2.5, "greater", "supported"),
        ((12, 4), 3.5, "greater", "refuted"),
        ((12, 4), 3.0, "greater", "inconclusive"),
        ((4, 12), 2.5, "less", "supported"),
        ((4, 12), 3.5, "less", "refuted"),
        ((12, 4), 3.5, "not greater", "supported"),
        ((4, 12), 2.5, "not less", "refuted"),
    ],
)
def test_words(means: tuple[float, float], factor: float, relation: str, word: str) -> None:
    a, b = models(np.random.default_rng(2), means, 0.05, 0.3)
    verdict = ratio(a, b, factor, relation)  # type: ignore[arg-type]
    assert verdict.word == word
    assert verdict.effect == pytest.approx(a.mean() / b.mean())
    assert verdict.low < verdict.effect < verdict.high
    share = factor if "greater" in relation else 1 / factor
    assert verdict.lines == (share,)
    assert f"{share:.4g} times the baseline" in verdict.reason


def test_the_interval_by_hand() -> None:
    """One checkpoint a model leaves one source of error, and Fieller's interval then has a closed form."""
    rng = np.random.default_rng(2)
    a, b = rng.normal(6, 1, (1, 30)), rng.normal(2, 0.5, (1, 30))
    t = stats.t.ppf(0.975, 29) ** 2 / 30
    (var_a, both), (_, var_b) = np.cov(a[0], b[0])
    first, half, last = b.mean() ** 2 - t * var_b, a.mean() * b.mean() - t * both, a.mean() ** 2 - t * var_a
    root = math.sqrt(half**2 - first * last)
    verdict = ratio(a, b, 2)
    assert (verdict.low, verdict.high) == pytest.approx(((half - root) / first, (half + root) / first))
    assert "these checkpoints only" in verdict.rule


def test_one_value_a_model() -> None:
    """Two means without images: the contrast has Welch's error with the weights squared."""
    a, b = np.array([[9.0], [9.5], [9.1]]), np.array([[3.0], [3.2], [2.9]])
    verdict = ratio(a, b, 2.7)
    welch = stats.ttest_ind(a[:, 0], 2.7 * b[:, 0], equal_var=False)
    assert verdict.p == pytest.approx(welch.pvalue)
    assert verdict.word == "supported"


def test_a_baseline_that_may_be_zero_leaves_the_ratio_open_above() -> None:
    a, b = models(np.random.default_rng(3), (5, 0), 0.2, 0.3)
    b += 0.1 - b.mean()
    verdict = ratio(a, b, 3)
    assert verdict.word == "supported"  # b may be 0, and a is clearly above 3 times anything that b may be
    assert 3 < verdict.low < verdict.effect and verdict.high == math.inf
    assert ratio(a, b, 1.01 * verdict.low).word == "inconclusive"
    nothing = ratio(a - a.mean() + 0.1, b, 3)
    assert nothing.word == "inconclusive"
    assert (nothing.low, nothing.high) == (-math.inf, math.inf)


def test_a_baseline_is_above_zero() -> None:
    a, b = models(np.random.default_rng(3), (5, -1), 0.2, 0.3)
    with pytest.raises(MeasurementError, match="a factor needs a baseline above 0"):
        ratio(a, b, 3)


@pytest.mark.parametrize("factor", [0.0, -2.0, math.nan, math.inf])
def test_a_factor_is_above_zero(factor: float) -> None:
    with pytest.raises(MeasurementError, match="factor"):
        ratio([[1.0, 2.0]], [[1.0, 3.0]], factor)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(1, 4), st.floats(1, 4), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_properties(seed: int, truth: float, factor: float, seed_sd: float, image_sd: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = models(rng, (truth, 1), seed_sd, image_sd, images=20)
    if min(a.mean(), b.mean()) <= 0:
        return
    verdict, swapped = ratio(a, b, factor), ratio(b, a, factor, "less")
    assert ratio(*permuted(rng, a, b), factor).high == pytest.approx(verdict.high)
    negated = ratio(a, b, factor, "not greater")
    assert {verdict.word, negated.word} in ({"supported", "refuted"}, {"inconclusive"})
    if "not decided with fewer than" in verdict.reason:  # three seeds of one model differ far more than those of the other
        assert verdict.word == "inconclusive"
        return
    # the word and the interval tell the same story
    assert verdict.word == ("supported" if verdict.low > factor else "refuted" if verdict.high < factor else "inconclusive")
    assert (swapped.word, swapped.p) == (verdict.word, pytest.approx(verdict.p))
    if math.isfinite(verdict.high) and math.isfinite(swapped.high):
        assert (swapped.low, swapped.high) == pytest.approx((1 / verdict.high, 1 / verdict.low), rel=1e-6)


def test_a_factor_is_a_relative_margin() -> None:
    """Three times as much is more by two times the baseline."""
    a, b = models(np.random.default_rng(4), (6.4, 2), 0.05, 0.2)
    times, more = ratio(a, b, 3), compare(a, b, "greater", relative=2)
    assert times.p == pytest.approx(more.p)
    assert times.word == more.word


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_a_factor_of_nothing_is_refused(mean: float) -> None:
    baseline = np.array([[1.0, -1.0], [0.5, -0.5], [0.2, -0.2]]) + mean
    with pytest.raises(MeasurementError, match="a factor needs a baseline above 0"):
        ratio(baseline + 5, baseline, 2)


def test_a_factor_below_1() -> None:
    a, b = models(np.random.default_rng(2), (6, 10), 0.1, 0.3)
    assert ratio(a, b, 0.5).word == "supported"
    assert ratio(a, b, 0.7).word == "refuted"
