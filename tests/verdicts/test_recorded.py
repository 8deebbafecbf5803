"""Models of a table of results, of which nobody adds seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from checker.verdicts import compare_recorded, one_seed


def test_one_seed_on_each_side_decides_nothing() -> None:
    verdict = compare_recorded([[0.7]], [[0.5]], "greater", 0.01)
    assert (verdict.word, verdict.p, verdict.p_against, verdict.seeds, verdict.images) == ("inconclusive", 1.0, 1.0, 1, 1)
    assert (verdict.low, verdict.high, verdict.confidence, verdict.lines) == (-math.inf, math.inf, 0.95, (0.01,))
    assert verdict.effect == pytest.approx(0.2)
    assert verdict.reason.startswith("1 against 1 seeds: ")


def test_one_seed_beside_several_is_taken_as_fixed() -> None:
    b = np.array([[0.50], [0.53], [0.51]])
    student = stats.ttest_1samp(0.7 - b[:, 0], 0).confidence_interval(0.95)
    verdict = compare_recorded([[0.7]], b, "greater", 0.01)
    assert (verdict.low, verdict.high) == (pytest.approx(student.low), pytest.approx(student.high))
    assert "fixed" in verdict.rule + verdict.reason


def test_two_seeds_on_each_side_are_welchs_test() -> None:
    a, b = np.array([[0.70], [0.72]]), np.array([[0.50], [0.53], [0.51]])
    welch = stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False).confidence_interval(0.95)
    verdict = compare_recorded(a, b, "greater", 0.01)
    assert (verdict.word, verdict.low, verdict.high) == ("supported", pytest.approx(welch.low), pytest.approx(welch.high))


def test_images_vary_where_there_are_some() -> None:
    assert one_seed([[[0.7, 0.1, 0.4]]], 0.5, 0.05) is None
    alone = one_seed([[[0.7]]], 0.5, 0.05)
    assert alone is not None and (alone.effect, alone.reason[:8]) == (0.7, "1 seeds:")
