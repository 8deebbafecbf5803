"""What is lost by a change, and which of two models loses more."""

from __future__ import annotations

import numpy as np
import pytest

from checker.errors import MeasurementError
from checker.verdicts import Answers, compare, loss, losses, threshold

RNG = np.random.default_rng(0)
BEFORE = 0.8 + RNG.normal(0, 0.3, 60) + RNG.normal(0, 0.2, (5, 1)) + RNG.normal(0, 0.01, (5, 60))
AFTER = BEFORE - 0.1 + RNG.normal(0, 0.01, (5, 60))
OTHER = BEFORE - 0.3 + RNG.normal(0, 0.01, (5, 60))


def test_a_loss_is_that_of_the_differences() -> None:
    verdict, differences = loss(BEFORE, AFTER, 0.2), threshold(BEFORE - AFTER, 0.2, "less")
    assert verdict.word == "supported"
    assert (verdict.effect, verdict.low, verdict.high) == (differences.effect, differences.low, differences.high)
    assert loss(BEFORE, AFTER, 0.05).word == "refuted"
    assert loss(BEFORE, AFTER, 0.05, "greater").word == "supported"
    assert loss(BEFORE, AFTER, 0.05, "not less").word == "supported"


def test_what_seeds_and_images_share_is_no_error_of_a_loss() -> None:
    alone = compare(AFTER, BEFORE, "less", 0.05)  # as if they were other models
    assert alone.word == "inconclusive"
    assert loss(BEFORE, AFTER, 0.05, "greater").word == "supported"


def test_losses_are_compared_by_their_difference() -> None:
    verdict = losses(BEFORE, OTHER, BEFORE, AFTER, "greater", 0.1)
    assert verdict.word == "supported"
    assert verdict.effect == pytest.approx(0.2, abs=0.01)
    turned = losses(BEFORE, AFTER, BEFORE, OTHER, "greater", 0.1)
    assert (turned.word, turned.effect) == ("refuted", pytest.approx(-verdict.effect))
    plain = compare(BEFORE - OTHER, BEFORE - AFTER, "greater", 0.1)
    assert (verdict.low, verdict.high) == (plain.low, plain.high)


def test_right_and_wrong_answers_of_one_checkpoint() -> None:
    before = np.array([[1.0] * 180 + [0.0] * 20])
    same, worse = before.copy(), np.array([[1.0] * 120 + [0.0] * 80])
    assert (
        loss(before, same, 0.05, answers=Answers(0, 1)).word == "supported"
    )  # no difference at all is no degenerate measurement
    assert loss(before, worse, 0.05, answers=Answers(0, 1)).word == "refuted"
    assert losses(before, worse, before, same, "greater", 0.1, answers=Answers(0, 1)).word == "supported"


def test_other_seeds_or_images_are_refused() -> None:
    with pytest.raises(MeasurementError, match="measure the same"):
        loss(BEFORE, AFTER[:3], 0.1)
    with pytest.raises(MeasurementError, match="measure the same"):
        losses(BEFORE, AFTER, BEFORE, AFTER[:, :9])
    with pytest.raises(MeasurementError, match="zero variance"):
        loss(BEFORE, BEFORE, 0.1)


def test_a_margin_between_losses_is_no_less_than_none() -> None:
    with pytest.raises(MeasurementError, match="a number of at least 0"):
        losses(BEFORE, OTHER, BEFORE, AFTER, "greater", -0.1)


@pytest.mark.parametrize(
    ("relation", "side"), [("less", "below"), ("not less", "below"), ("greater", "above"), ("not greater", "above")]
)
def test_the_line_between_losses_is_named(relation: str, side: str) -> None:
    assert f"(0.1 {side} the loss of the baseline)" in losses(BEFORE, OTHER, BEFORE, AFTER, relation, 0.1).reason  # type: ignore[arg-type]
