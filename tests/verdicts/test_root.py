from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from scipy.optimize import brentq

from checker.verdicts.root import root

CROSSING: list[tuple[Callable[[float], float], float, float]] = [
    (lambda x: x - 0.3, 0, 1),
    (lambda x: 0.3 - x, 1, 0),
    (lambda x: x**3 - 2 * x - 5, 2, 3),
    (lambda x: math.exp(x) - 1e-9, -700, 0),
    (lambda x: math.atan(x - 1e6), -1e9, 1e9),
    (lambda x: 1.0 if x > 0.123456 else -1e-30, -1, 1),
]


@pytest.mark.parametrize("number", range(len(CROSSING)))
@pytest.mark.parametrize("near", [1e-6, 1e-12])
def test_it_is_where_brentq_finds_it(number: int, near: float) -> None:
    function, low, high = CROSSING[number]
    places: list[float] = []
    found = root(lambda x: places.append(x) or function(x), low, high, near)  # type: ignore[func-returns-value]
    wanted = brentq(function, low, high, xtol=near)
    assert abs(function(found)) < 1e-9 if function(wanted) == 0 else abs(found - wanted) <= 2 * near + 1e-12 * abs(wanted)
    assert len(places) < 130


def test_an_end_may_be_it_and_the_signs_have_to_differ() -> None:
    assert root(lambda x: x, 0, 1) == 0
    assert root(lambda x: x - 1, 0, 1) == 1
    with pytest.raises(ValueError, match="the same sign"):
        root(lambda x: x * x + 1, -1, 1)
