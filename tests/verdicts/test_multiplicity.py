from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import benjamini_hochberg, holm

P = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}


def test_by_hand() -> None:
    assert holm(P) == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert benjamini_hochberg(P) == pytest.approx({"a": 0.02, "b": 0.04, "c": 0.04, "d": 0.02})
    assert holm({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == benjamini_hochberg({}) == {}


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_what_is_no_p_value(adjust: object, p: float) -> None:
    with pytest.raises(MeasurementError, match="of b is"):
        adjust({"a": 0.5, "b": p})  # type: ignore[operator]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_properties(values: list[float]) -> None:
    table = {str(index): p for index, p in enumerate(values)}
    family, vault = holm(table), benjamini_hochberg(table)
    assert list(vault.values()) == pytest.approx(stats.false_discovery_control(values))
    assert list(family) == list(vault) == list(table)
    for name, p in table.items():
        assert p <= vault[name] + 1e-12 <= family[name] + 2e-12
        assert family[name] <= min(1, len(values) * p) + 1e-12
    by_p = sorted(table, key=lambda name: table[name])
    assert [family[name] for name in by_p] == sorted(family.values())


def test_a_wrong_word_in_a_family_is_rare() -> None:
    """Half of ten claims are false and depend on each other; one wrong word or more in at most 5 % of the families."""
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(2000):
        z = rng.normal(size=10) * 0.7 + rng.normal() * 0.7 + np.repeat([3, 0], 5)
        family = holm({str(n): float(p) for n, p in enumerate(stats.norm.sf(z / math.sqrt(0.98)))})
        wrong += any(family[str(n)] < 0.05 for n in range(5, 10))
    assert wrong / 2000 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2000)


def test_false_discoveries_are_rare_among_discoveries() -> None:
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(2000):
        z = rng.normal(size=20) + np.repeat([3, 0], 10)
        vault = benjamini_hochberg({str(n): float(p) for n, p in enumerate(stats.norm.sf(z))})
        found = [n for n in range(20) if vault[str(n)] <= 0.1]
        shares.append(sum(n >= 10 for n in found) / max(1, len(found)))
    assert np.mean(shares) <= 0.05 + 3 * np.std(shares) / math.sqrt(2000)  # 0.1 times the half that is false


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_p_values_of_counts_are_0_or_1(adjust: Callable[[dict[str, float]], dict[str, float]]) -> None:
    assert adjust({"a": 0.0, "b": 1.0}) == {"a": 0.0, "b": 1.0}
