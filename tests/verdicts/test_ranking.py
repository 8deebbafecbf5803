from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import MeasurementError
from checker.verdicts import compare, ranking
from tests.verdicts.worlds import models, permuted


def named(*tables: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip("ABCDEF", tables, strict=False))


@pytest.mark.parametrize(
    ("means", "relation", "word"),
    [
        ((12, 10, 8), "greater", "supported"),
        ((8, 10, 12), "less", "supported"),
        ((8, 10, 12), "greater", "refuted"),
        ((12, 8, 10), "greater", "refuted"),
        ((12, 10, 9.4), "greater", "inconclusive"),
        ((12, 10, 8, 7.5), "not less", "supported"),
    ],
)
def test_words(means: tuple[float, ...], relation: str, word: str) -> None:
    tables = named(*models(np.random.default_rng(3), means, 0.05, 0.3))
    assert ranking(tables, relation, margin=0.5).word == word  # type: ignore[arg-type]


def test_the_pairs_are_neighbours_and_the_open_one_is_named() -> None:
    tables = named(*models(np.random.default_rng(3), (12, 10, 9.4), 0.05, 0.3))
    verdict = ranking(tables, margin=0.5)
    assert [part.name for part in verdict.parts] == ["A > B", "B > C"]
    assert [part.verdict.word for part in verdict.parts] == ["supported", "inconclusive"]
    assert verdict.reason.startswith("undecided in B > C; in B > C, the interval holds the line claimed (0.5 above the baseline)")
    assert verdict.effect == pytest.approx(tables["B"].mean() - tables["C"].mean())
    assert [part.name for part in ranking(tables, "less").parts] == ["A < B", "B < C"]


def test_supporting_takes_no_correction_and_refuting_takes_one() -> None:
    tables = named(*models(np.random.default_rng(4), (10.6, 10, 9), 0.1, 0.3))
    pairs = [compare(tables["A"], tables["B"], "greater"), compare(tables["B"], tables["C"], "greater")]
    verdict = ranking(tables)
    assert verdict.p == max(pair.p or 0 for pair in pairs)
    assert verdict.p_against == min(1, 2 * min(pair.p_against or 0 for pair in pairs))


def test_a_pair_that_alone_is_refuted_may_not_be_enough() -> None:
    rng = np.random.default_rng(0)
    for _ in range(400):
        tables = named(*models(rng, (10.3, 10.0, 10.4), 0.1, 0.1))
        verdict, pair = ranking(tables), compare(tables["B"], tables["C"], "greater")
        if 0.025 < (pair.p_against or 0) < 0.05 and verdict.p_against == 2 * (pair.p_against or 0):
            assert verdict.word == "inconclusive"
            assert "B > C alone is refuted, not clearly enough for one of 2 parts" in verdict.reason
            return
    raise AssertionError("no such case")


def test_one_model_has_no_order() -> None:
    with pytest.raises(MeasurementError, match="at least two models"):
        ranking({"A": [[1.0, 2.0]]})


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-0.5, 0.5), st.floats(0.01, 0.5))
def test_properties(seed: int, gap: float, seed_sd: float) -> None:
    rng = np.random.default_rng(seed)
    tables = models(rng, (2 * gap, gap, 0), seed_sd, 0.3, images=20)
    verdict = ranking(named(*tables))
    backwards = ranking(dict(zip("CBA", reversed(tables), strict=True)), "less")
    assert (backwards.word, backwards.p) == (verdict.word, pytest.approx(verdict.p))
    assert ranking(named(*permuted(rng, *tables))).p == pytest.approx(verdict.p)
    flipped = ranking(named(*reversed(tables)))
    assert "supported" not in (verdict.word, flipped.word) or verdict.word != flipped.word
