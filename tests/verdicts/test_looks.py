"""The boundaries of O'Brien and Fleming: against published tables, and as properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.verdicts.looks import ONE_LOOK, Looks, crossing

LOOKS = st.sampled_from([(3, 5, 8), (1, 2), (2, 3, 4, 5, 20), (5, 100)])


def levels(*seeds: int, alpha: float = 0.05) -> list[float]:
    return [2 * Looks(seeds, place).tail(alpha / 2) for place in range(len(seeds))]


def test_the_levels_at_3_5_and_8_seeds() -> None:
    assert levels(3, 5, 8) == pytest.approx([0.0011, 0.0115, 0.0457], abs=5e-5)


@pytest.mark.parametrize(
    ("count", "alpha", "constant"),
    [
        *((2, 0.05, 1.977), (3, 0.05, 2.004), (4, 0.05, 2.024), (5, 0.05, 2.040), (10, 0.05, 2.087)),
        *((2, 0.01, 2.580), (3, 0.01, 2.595), (5, 0.01, 2.621), (2, 0.1, 1.678), (3, 0.1, 1.710), (5, 0.1, 1.751)),
    ],
)
def test_the_constants_of_equally_spaced_looks(count: int, alpha: float, constant: float) -> None:
    """Jennison and Turnbull 2000, Group Sequential Methods, table 2.3."""
    last = levels(*range(1, count + 1), alpha=alpha)[-1]
    assert stats.norm.isf(last / 2) == pytest.approx(constant, abs=6e-4)


def test_the_chance_of_crossing_by_simulation() -> None:
    steps = np.random.default_rng(0).normal(size=(200_000, 8))
    sums = steps.cumsum(1)[:, [2, 4, 7]] / math.sqrt(8)
    for reach in (-0.5, 1.0, 2.0):
        assert crossing(reach, (3, 5, 8)) == pytest.approx((sums > reach).any(1).mean(), abs=0.004)


@settings(max_examples=50, deadline=None)
@given(LOOKS, st.floats(1e-4, 0.4))
def test_levels_grow_and_add_up(seeds: tuple[int, ...], error: float) -> None:
    tails = [Looks(seeds, place).tail(error) for place in range(len(seeds))]
    assert tails == sorted(tails)
    assert tails[-1] <= error * (1 + 1e-9) <= sum(tails) * (1 + 1e-6)
    for place, tail in enumerate(tails):
        if tail > 1e-90:
            assert Looks(seeds, place).error(tail) == pytest.approx(error, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(LOOKS, st.floats(1e-12, 0.9), st.floats(1.001, 2.0))
def test_the_error_grows_with_the_tail(seeds: tuple[int, ...], tail: float, more: float) -> None:
    for place in range(len(seeds)):
        look = Looks(seeds, place)
        assert look.error(tail) <= look.error(min(1.0, tail * more))
        assert tail * (1 - 1e-9) <= look.error(tail) <= 1


def test_one_look_spends_all() -> None:
    for look in (ONE_LOOK, Looks((16,))):
        assert (look.tail(0.025), look.error(0.3), look.two_sided(0.6)) == (0.025, 0.3, 1.0)
        assert str(look) == "at one look"


def test_the_looks_that_are_to_come() -> None:
    assert [look.count for look in Looks((3, 5, 8), 0).later(3)] == [5, 8]
    assert [look.count for look in Looks((3, 5, 8), 0).later(2)] == [3, 5, 8]
    assert Looks((3, 5, 8), 2).later(8) == ONE_LOOK.later(3) == ()


def test_what_is_always_or_never_crossed() -> None:
    assert (crossing(-math.inf, (3, 5, 8)), crossing(-1e3, (3, 5, 8)), crossing(math.inf, (3, 5, 8))) == (1.0, 1.0, 0.0)
