from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import correlation
from checker.verdicts.correlation import spearman


def points(*values: float) -> dict[str, list[list[float]]]:
    """A model with one seed and one image for each value."""
    return {f"model {index}": [[value]] for index, value in enumerate(values)}


@pytest.mark.parametrize(
    ("b", "relation", "margin", "word"),
    [
        ((1, 2, 3, 4, 5, 6, 7), "greater", 0.0, "supported"),
        ((1, 2, 3, 4, 5, 6, 7), "less", 0.0, "refuted"),
        ((7, 6, 5, 4, 3, 2, 1), "less", 0.3, "supported"),
        ((7, 6, 5, 4, 3, 2, 1), "greater", 0.3, "refuted"),
        ((4, 1, 7, 2, 6, 3, 5), "greater", 0.0, "inconclusive"),
        ((7, 6, 5, 4, 3, 2, 1), "not greater", 0.3, "supported"),
        ((1, 2, 3, 4, 5, 6, 7), "greater", 0.9, "inconclusive"),
    ],
)
def test_words(b: tuple[float, ...], relation: str, margin: float, word: str) -> None:
    verdict = correlation(points(1, 2, 3, 4, 5, 6, 7), points(*b), relation, margin)  # type: ignore[arg-type]
    assert verdict.word == word
    assert verdict.low <= verdict.effect <= verdict.high
    assert "over 7 models" in verdict.rule


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=12))
def test_the_effect_is_spearmans(pairs: list[tuple[int, int]]) -> None:
    a, b = ([float(pair[side]) for pair in pairs] for side in (0, 1))
    if len(set(a)) == 1 or len(set(b)) == 1:
        with pytest.raises(MeasurementError, match="the same for all models"):
            spearman(a, b)
    else:
        assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)


def test_the_interval_by_hand() -> None:
    """Seven models in three swapped pairs, so the squared rank differences sum to 6; half a step of r is 6 / 336."""
    verdict = correlation(points(1, 2, 3, 4, 5, 6, 7), points(2, 1, 4, 3, 6, 5, 7))
    r, half = 1 - 6 * 6 / 336, 6 / 336
    assert verdict.effect == pytest.approx(r)

    def end(value: float, side: float) -> float:
        return math.tanh(math.atanh(value) + side * stats.norm.ppf(0.975) * math.sqrt((1 + value**2 / 2) / 4))

    assert (verdict.low, verdict.high) == pytest.approx((end(r - half, -1), end(r + half, 1)))


@pytest.mark.parametrize("count", [4, 5, 6, 7])
@pytest.mark.parametrize("alpha", [0.1, 0.05, 0.05 / 3])
def test_without_correlation_each_word_is_rare_among_all_orders(count: int, alpha: float) -> None:
    """Exactly, by going through every order of the models: without correlation each is as likely as another."""
    ranks = list(range(count))
    words: dict[float, str] = {}
    found = []
    for order in itertools.permutations(ranks):
        distance = sum((x - y) ** 2 for x, y in zip(ranks, order, strict=True))
        if distance not in words:
            words[distance] = correlation(points(*ranks), points(*order), alpha=alpha).word
        found.append(words[distance])
    for word in ("supported", "refuted"):
        assert found.count(word) / len(found) <= alpha / 2 + 1e-12
    if count == 4 and alpha <= 0.05:
        assert set(found) == {"inconclusive"}  # too few to ever decide


def test_a_model_is_one_point_however_much_is_measured_of_it() -> None:
    rng = np.random.default_rng(0)
    a, b = points(1, 2, 3, 4, 5), points(1, 3, 2, 5, 4)
    once = correlation(a, b)
    many = correlation(*({name: np.tile(value, (8, 256)) for name, value in metric.items()} for metric in (a, b)))
    assert (many.low, many.high, many.p) == (once.low, once.high, once.p)
    noisy = {name: np.asarray(value) + rng.normal(0, 0.5, (3, 4)) for name, value in a.items()}
    error = np.mean([table.mean(1).var(ddof=1) / 3 for table in noisy.values()])
    share = 100 * error / np.var([table.mean() for table in noisy.values()], ddof=1)
    assert f"the seeds' error is {share:.2g} % of a and unknown (one checkpoint) of b" in correlation(noisy, b).rule


def test_an_open_claim_says_how_many_models_would_settle_it() -> None:
    reason = correlation(points(1, 2, 3, 4, 5), points(2, 1, 3, 5, 4)).reason
    assert "the interval holds no correlation; about" in reason and "models would settle it" in reason
    assert "no number of models up to 200" in correlation(points(1, 2, 3, 4, 5), points(5, 1, 2, 3, 4)).reason


@pytest.mark.parametrize(
    ("a", "b", "margin", "message"),
    [
        (points(1, 2, 3), points(1, 2, 3), 0.0, "at least 4 of them; there are 3"),
        (points(1, 2, 3, 4), points(1, 2, 3), 0.0, "missing for model 3"),
        (points(1, 2, 3, 4), points(1, 1, 1, 1), 0.0, "b is the same for all models"),
        (points(1, 2, 3, math.nan), points(1, 2, 3, 4), 0.0, "a of model 3 is nan"),
        (points(1, 2, 3, 4), points(1, 2, 3, 4), 1.0, "never beyond 1"),
    ],
)
def test_what_is_no_measurement(a: dict[str, object], b: dict[str, object], margin: float, message: str) -> None:
    with pytest.raises(MeasurementError, match=message):
        correlation(a, b, margin=margin)  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 12), st.floats(-3, 3), st.sampled_from([0.0, 0.3]))
def test_properties(seed: int, count: int, strength: float, margin: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=count)
    y = strength * x + rng.normal(size=count)
    verdict = correlation(points(*x), points(*y), margin=margin)
    assert correlation(points(*y), points(*x), margin=margin).p == pytest.approx(
        verdict.p
    )  # swapping the metrics changes nothing
    assert correlation(points(*np.exp(x)), points(*y), margin=margin).p == pytest.approx(verdict.p)  # nor does another scale
    mirrored = correlation(points(*x), points(*-y), "less", margin)
    assert (mirrored.word, mirrored.p) == (verdict.word, pytest.approx(verdict.p))
    negated = correlation(points(*x), points(*y), "not greater", margin)
    assert {verdict.word, negated.word} in ({"supported", "refuted"}, {"inconclusive"})
    assert (verdict.word == "supported") == (verdict.p is not None and verdict.p < 0.05)


@pytest.mark.parametrize("relation", ["greater", "less", "not greater", "not less"])
def test_p_is_the_smallest_alpha_that_decides_beyond_a_margin(relation: str) -> None:
    def word(alpha: float) -> str:
        return correlation(points(1, 2, 3, 4, 5, 6, 7), points(2, 1, 4, 3, 6, 5, 7), relation, 0.3, alpha).word  # type: ignore[arg-type]

    verdict = correlation(points(1, 2, 3, 4, 5, 6, 7), points(2, 1, 4, 3, 6, 5, 7), relation, 0.3)  # type: ignore[arg-type]
    decided, p = min((("supported", verdict.p), ("refuted", verdict.p_against)), key=lambda pair: pair[1] or 0.0)
    assert p is not None and 0 < p < 0.5
    assert (word(p * 1.01), word(p * 0.99)) == (decided, "inconclusive")


def test_the_rule_names_the_level_of_the_interval() -> None:
    assert "Fisher's interval at 95 % (alpha 0.05" in correlation(points(1, 2, 3, 4), points(1, 3, 2, 4)).rule
