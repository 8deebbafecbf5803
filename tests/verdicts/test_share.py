from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from checker.verdicts import threshold
from checker.verdicts.contrast import contrast
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.share import beside_share, despite_sign, sign_p
from tests.verdicts.worlds import models

LATER = Looks((3, 5, 8), 1)
(TABLE,) = models(np.random.default_rng(0), (0,), 0.1, 0.3)
VERDICT = threshold(TABLE, 0)
SUPPORTED = dataclasses.replace(VERDICT, word="supported", p=0.01, p_against=1.0)
REFUTED = dataclasses.replace(VERDICT, word="refuted", p=1.0, p_against=0.02)
OPEN = dataclasses.replace(VERDICT, word="inconclusive", p=0.4, p_against=0.9, reason="open")
KNOWN, UNKNOWN = (contrast({"b": TABLE - TABLE.mean() + mean}, (1,)) for mean in (5, 0.001))


def test_the_difference_has_the_error_of_the_contrast() -> None:
    a, b = models(np.random.default_rng(1), (3, 2), 0.1, 0.3)
    found = beside_share({"a": a, "b": b}, 1.5)
    assert found.effect == pytest.approx((a - b).mean())
    assert found.squared_error == contrast({"a": a, "b": b}, (1, -1.5)).squared_error


def test_how_surely_a_sign_is_known() -> None:
    values = np.array([[1.0], [1.4], [0.3], [0.9]])
    assert sign_p(contrast({"b": values}, (1,)), ONE_LOOK) == pytest.approx(stats.ttest_1samp(values[:, 0], 0).pvalue)
    assert sign_p(contrast({"b": -values}, (1,)), LATER) == pytest.approx(
        LATER.two_sided(stats.ttest_1samp(values[:, 0], 0).pvalue / 2)
    )
    for value, p in ((2.0, 0.0), (-2.0, 0.0), (0.0, 1.0)):  # what does not vary is known
        assert sign_p(contrast({"b": np.full((3, 4), value)}, (1,)), ONE_LOOK) == p


@pytest.mark.parametrize("other", [SUPPORTED, REFUTED, OPEN])
def test_with_a_known_sign_the_other_does_not_count(other: object) -> None:
    for first in (SUPPORTED, REFUTED, OPEN):
        found = despite_sign(first, other, KNOWN, 0.05, ONE_LOOK)  # type: ignore[arg-type]
        assert (found.word, found.reason) == (first.word, first.reason)


def test_with_an_unknown_sign_both_have_to_agree() -> None:
    unsure = sign_p(UNKNOWN, ONE_LOOK)
    assert unsure > 0.5
    for first in (SUPPORTED, REFUTED, OPEN):
        assert despite_sign(first, first, UNKNOWN, 0.05, ONE_LOOK) == first
        for other in (SUPPORTED, REFUTED, OPEN):
            found = despite_sign(first, other, UNKNOWN, 0.05, ONE_LOOK)
            assert found.word == (first.word if first.word == other.word else "inconclusive")
            assert (found.word == "supported") == ((found.p or 0) < 0.05)
            assert (found.word == "refuted") == ((found.p_against or 0) < 0.05)
    assert "not clearly different from 0" in despite_sign(SUPPORTED, OPEN, UNKNOWN, 0.05, ONE_LOOK).reason
    assert despite_sign(SUPPORTED, OPEN, UNKNOWN, 0.05, ONE_LOOK).p == 0.4


def test_an_unknown_sign_says_how_many_seeds_would_show_it() -> None:
    (table,) = models(np.random.default_rng(5), (0,), 1.0, 0.3)
    baseline = contrast({"b": table - table.mean() + 1.0}, (1,))
    found = despite_sign(SUPPORTED, OPEN, baseline, 0.05, ONE_LOOK)
    assert (found.seeds_needed, found.reason.split("; ")[1]) == baseline.settle(0.0, 0.025, ONE_LOOK)
    assert baseline.settle(0.0, 0.025, ONE_LOOK) != baseline.settle(0.9, 0.025, ONE_LOOK)
