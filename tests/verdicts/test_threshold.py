from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import threshold
from tests.verdicts.worlds import models, permuted


@pytest.mark.parametrize(
    ("bound", "relation", "margin", "word"),
    [
        (9.0, "greater", 0.0, "supported"),
        (11.0, "greater", 0.0, "refuted"),
        (10.0, "greater", 0.0, "inconclusive"),
        (9.0, "less", 0.0, "refuted"),
        (11.0, "less", 0.0, "supported"),
        (9.0, "greater", 1.5, "refuted"),
        (10.0, "not greater", 1.0, "supported"),
        (10.0, "not less", 1.0, "supported"),
        (9.0, "not greater", 0.0, "refuted"),
    ],
)
def test_words(bound: float, relation: str, margin: float, word: str) -> None:
    (values,) = models(np.random.default_rng(3), (10,), 0.05, 0.5)
    verdict = threshold(values, bound, relation, margin)  # type: ignore[arg-type]
    assert verdict.word == word
    assert verdict.effect == pytest.approx(values.mean())
    assert f"{verdict.lines[0]:.4g}" in verdict.reason


def test_one_checkpoint_is_a_t_test_over_images() -> None:
    values = np.random.default_rng(0).normal(0.6, 0.2, (1, 50))
    verdict = threshold(values, 0.55)
    test = stats.ttest_1samp(values[0], 0.55)
    assert (verdict.low, verdict.high) == pytest.approx(tuple(test.confidence_interval(0.95)))
    assert verdict.p == pytest.approx(test.pvalue)
    assert "these checkpoints only" in verdict.rule


def test_one_value_a_model_is_a_t_test_over_seeds() -> None:
    values = np.array([[0.61], [0.64], [0.58], [0.6]])
    verdict = threshold(values, 0.5)
    test = stats.ttest_1samp(values[:, 0], 0.5)
    assert (verdict.low, verdict.high) == pytest.approx(tuple(test.confidence_interval(0.95)))
    assert verdict.p == pytest.approx(test.pvalue)


def test_what_would_settle_it() -> None:
    (seeds_differ,) = models(np.random.default_rng(5), (10,), 0.3, 0.05)
    verdict = threshold(seeds_differ, 9.5)
    assert verdict.word == "inconclusive"
    assert f"about {verdict.seeds_needed} seeds" in verdict.reason
    (images_differ,) = models(np.random.default_rng(6), (10,), 0.001, 2.0, noise=0.001)
    verdict = threshold(images_differ, images_differ.mean() - 0.2)
    assert verdict.seeds_needed is None
    assert "more than 200 seeds would be needed, or about" in verdict.reason and "images" in verdict.reason
    assert "images would settle it" in threshold(images_differ[:1], images_differ.mean() - 0.2).reason
    at_the_line = threshold(seeds_differ, seeds_differ.mean() - 1e-6).reason
    assert "more than 200 seeds would be needed, and 100000 images alone would not settle it" in at_the_line


@pytest.mark.parametrize("bound", [math.nan, math.inf])
def test_a_bound_is_a_number(bound: float) -> None:
    with pytest.raises(MeasurementError, match="bound"):
        threshold([[1.0, 2.0]], bound)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 0.5))
def test_properties(seed: int, bound: float, seed_sd: float, image_sd: float, margin: float) -> None:
    rng = np.random.default_rng(seed)
    (values,) = models(rng, (0,), seed_sd, image_sd, images=20)
    verdict, mirrored = threshold(values, bound, margin=margin), threshold(-values, -bound, "less", margin)
    assert (mirrored.word, mirrored.p) == (verdict.word, pytest.approx(verdict.p))
    assert threshold(*permuted(rng, values), bound, margin=margin).high == pytest.approx(verdict.high)
    negated = threshold(values, bound, "not greater", margin)
    assert {verdict.word, negated.word} in ({"supported", "refuted"}, {"inconclusive"})
    assert (verdict.word == "supported") == (verdict.p is not None and verdict.p < 0.05)
    assert (verdict.word == "refuted") == (verdict.p_against is not None and verdict.p_against < 0.05)
