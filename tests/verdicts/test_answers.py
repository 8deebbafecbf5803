"""Intervals of answers that are right or wrong: exact ones, published ones, and what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.verdicts import Answers, Looks, Verdict, compare, equivalence, ranking, ratio, threshold, trend
from checker.verdicts.answers import Scored
from checker.verdicts.line import Line

ANSWERS = Answers()


def right(hits: int, images: int = 256) -> np.ndarray:
    """One checkpoint's answers, the wrong ones first."""
    return (np.arange(images) >= images - hits).astype(float)[None]


def pairs(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers of two checkpoints to the same images, from the four cells of their table."""
    cells = ((1, 1, both), (1, 0, first), (0, 1, second), (0, 0, neither))
    a, b = (np.concatenate([np.full(cell[2], float(cell[side])) for cell in cells]) for side in (0, 1))
    return a[None], b[None]


def ends(verdict: Verdict) -> tuple[float, float]:
    return verdict.low, verdict.high


def test_256_of_256_decide() -> None:
    verdict = threshold(right(256), 0.98, answers=ANSWERS)
    assert verdict.word == "supported"
    assert ends(verdict) == pytest.approx((0.025 ** (1 / 256), 1.0))
    assert threshold(right(256), 0.99, answers=ANSWERS).word == "inconclusive"
    assert threshold(right(0), 0.02, "less", answers=ANSWERS).word == "supported"


def test_255_of_256_do_not_show_988_in_1000() -> None:
    """cases/reports/12-threshold-near-100-percent."""
    verdict = threshold(right(255), 0.988)
    assert verdict.word == "inconclusive"
    assert ends(verdict) == pytest.approx((stats.beta.ppf(0.025, 255, 2), stats.beta.ppf(0.975, 256, 1)))
    assert ends(verdict) == pytest.approx((0.9784, 0.9999), abs=5e-5)


@pytest.mark.parametrize("share", [0.9, 0.95, 0.98, 0.985, 0.99])
def test_at_least_the_true_share_is_rarely_supported(share: float) -> None:
    """cases/reports/12-threshold-near-100-percent: 2,000 trials of one checkpoint and 256 images, nothing declared of them."""
    hits = np.random.default_rng(1).binomial(256, share, 2000)
    words = {count: threshold(right(count), share).word for count in set(hits.tolist())}
    for word in ("supported", "refuted"):
        assert np.mean([words[count] == word for count in hits.tolist()]) <= 0.025 + 3 * math.sqrt(0.025 / 2000)


@pytest.mark.parametrize(("hits", "images", "bound"), [(3, 20, 0.3), (250, 256, 0.98), (64, 64, 0.95), (0, 64, 0.01)])
def test_a_share_is_the_exact_binomial_test(hits: int, images: int, bound: float) -> None:
    verdict = threshold(right(hits, images), bound, answers=ANSWERS)
    test = stats.binomtest(hits, images, bound, "greater")
    exact = stats.binomtest(hits, images).proportion_ci(0.95, "exact")
    assert ends(verdict) == pytest.approx((exact.low, exact.high))
    assert verdict.p == pytest.approx(min(1, 2 * test.pvalue))
    assert verdict.p_against == pytest.approx(min(1, 2 * stats.binomtest(hits, images, bound, "less").pvalue))


@pytest.mark.parametrize("share", [0.5, 0.9, 0.98, 0.995, 1.0])
@pytest.mark.parametrize("images", [64, 256, 1000])
def test_the_interval_of_a_share_covers(share: float, images: int) -> None:
    """The exact coverage, over all numbers of hits."""
    hits = np.arange(images + 1)
    chance = stats.binom.pmf(hits, images, share)
    likely = [count for count in hits.tolist() if chance[count] > 1e-9]
    held = 0.0
    for count in likely:
        low, high = ends(threshold(right(count, images), 0.5, answers=ANSWERS))
        held += chance[count] * (low <= share <= high)
    assert held >= 0.95


@pytest.mark.parametrize("cells", [(0, 1, 0, 29), (36, 12, 2, 0), (53, 16, 9, 2), (43, 0, 1, 0)])
def test_without_the_correction_it_is_the_interval_of_tango(cells: tuple[int, int, int, int]) -> None:
    """Tango 1998; the score test in his closed form, inverted on a fine grid."""
    _, first, second, _ = cells
    images = sum(cells)
    inside = []
    for at in np.linspace(-0.99, 0.99, 19_801):
        b = -first - second + (2 * images - first + second) * at
        q = (math.sqrt(b**2 + 8 * images * second * at * (1 - at)) - b) / (4 * images)
        variance = images * (2 * q + at * (1 - at))
        if (first - second - images * at) ** 2 <= 1.959964**2 * variance:
            inside.append(at)
    a, b = pairs(*cells)

    class Uncorrected(Scored):
        _correction = 0.0  # type: ignore[assignment]

    found = Uncorrected.of((a - b)[0], (1, 1), (-1.0, 1.0)).interval(0.025)
    assert found == pytest.approx((inside[0], inside[-1]), abs=2e-4)
    corrected = ends(compare(a, b, answers=ANSWERS))
    assert corrected[0] < found[0] and found[1] < corrected[1]


def test_at_the_baseline_it_is_the_corrected_test_of_mcnemar() -> None:
    for first, second in ((12, 2), (5, 0), (30, 21)):
        a, b = pairs(40, first, second, 3)
        z = (first - second - 1) / math.sqrt(first + second)
        assert compare(a, b, "greater", answers=ANSWERS).p == pytest.approx(2 * stats.norm.sf(z))
        assert compare(b, a, "less", answers=ANSWERS).p == pytest.approx(2 * stats.norm.sf(z))


@pytest.mark.parametrize("line", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("discordant", [0.005, 0.03, 0.2, 0.6])
def test_a_word_on_a_difference_at_the_line_is_rare(line: float, discordant: float) -> None:
    """The exact chance over all tables of 64 images, on each side."""
    images, both = 64, max(0.0, discordant - line) / 2
    first, second = both + line, both
    counts = np.arange(images + 1)
    chance_of_first = stats.binom.pmf(counts, images, first)
    wrong = {"supported": 0.0, "refuted": 0.0}
    for more in counts[chance_of_first > 1e-5].tolist():
        left = images - more
        chance = chance_of_first[more] * stats.binom.pmf(np.arange(left + 1), left, second / (1 - first))
        for fewer in np.flatnonzero(chance > 1e-6).tolist():
            counted = ((1.0, more), (0.0, left - fewer), (-1.0, fewer))
            values, numbers = zip(*((value, float(number)) for value, number in counted if number), strict=True)
            above, below = Scored(numbers, values, (1, 1), (-1.0, 1.0)).p(Line(line, 1))
            wrong["supported"] += chance[fewer] * (above < 0.025)
            wrong["refuted"] += chance[fewer] * (below < 0.025)
    assert max(wrong.values()) <= 0.025 + 0.002


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(0, 40)] * 4).filter(lambda cells: sum(cells) > 3), st.floats(-0.5, 0.5))
def test_the_interval_and_its_p_values_agree(cells: tuple[int, int, int, int], line: float) -> None:
    a, b = pairs(*cells)
    found = Scored.of((a - b)[0], (1, 1), (-1.0, 1.0))
    low, high = found.interval(0.025)
    assert -1 <= low <= found.effect <= high <= 1
    above, below = found.p(Line(line, 1))
    assert found.p(Line(line, -1)) == (below, above)
    assert (above < 0.025 - 1e-9) <= (line < low) and (line < low - 1e-9) <= (above < 0.025 + 1e-9)
    assert (below < 0.025 - 1e-9) <= (line > high) and (line > high + 1e-9) <= (below < 0.025 + 1e-9)
    mirrored = Scored.of((b - a)[0], (1, 1), (-1.0, 1.0)).interval(0.025)
    assert mirrored == pytest.approx((-high, -low), abs=1e-9)
    wider = found.interval(0.005)
    assert wider[0] <= low and high <= wider[1]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(0, 300))
def test_more_hits_move_a_share_up(images: int, hits: int) -> None:
    hits = min(hits, images - 1)
    fewer, more = (ends(threshold(right(count, images), 0.5, answers=ANSWERS)) for count in (hits, hits + 1))
    assert 0 <= fewer[0] < more[0] <= more[1] <= 1 and fewer[1] <= more[1]
    low, high = ends(threshold(1 - right(hits, images), 0.5, answers=ANSWERS))
    assert (1 - high, 1 - low) == pytest.approx(fewer)


def test_all_kinds_decide_where_every_answer_is_right() -> None:
    """There is no variance, and no interval leaves the range."""
    every, none = right(256), right(0)
    assert compare(every, none, "greater", 0.9, answers=ANSWERS).word == "supported"
    assert compare(every, every, "not less", 0.03, answers=ANSWERS).word == "supported"
    assert ends(compare(every, none, "greater", answers=ANSWERS))[1] == 1.0
    assert equivalence(every, every, 0.03, answers=ANSWERS).word == "supported"
    assert equivalence(every, every, 0.003, answers=ANSWERS).word == "inconclusive"
    assert ratio(every, right(64), 2, answers=ANSWERS).word == "supported"
    assert ranking({"A": every, "B": right(128), "C": none}, margin=0.1, answers=ANSWERS).word == "supported"
    layers = np.stack([every] * 4, 1)
    assert trend(layers, "not greater", 0.1, answers=ANSWERS).word == "supported"
    assert trend(np.stack([none, right(128), every], 1), "greater", relative=0.1, answers=ANSWERS).word == "supported"


def test_seeds_that_are_all_right_speak_of_these_checkpoints() -> None:
    """How seeds vary is not known where none differs; the images still are a sample."""
    verdict = threshold(np.ones((3, 256)), 0.9, answers=ANSWERS, looks=Looks((3, 5, 8), 0))
    assert verdict.word == "supported"
    assert verdict.high == 1.0
    assert "about these checkpoints only" in verdict.rule
    assert ends(compare(np.ones((3, 64)), np.zeros((3, 64)), "greater", answers=ANSWERS))[1] == 1.0


def test_seeds_that_differ_keep_the_rule_and_the_range() -> None:
    table = np.repeat(right(255), 3, 0)
    table[0] = 1.0
    verdict = threshold(table, 0.9, answers=ANSWERS)
    assert "over seeds" in verdict.rule
    assert verdict.high == 1.0


def test_other_values_of_right_and_wrong() -> None:
    """A preference from -1 to 1 is a share in other units."""
    verdict = threshold(2 * right(200) - 1, 0.5, answers=Answers(-1, 1))
    share = threshold(right(200), 0.75, answers=ANSWERS)
    assert ends(verdict) == pytest.approx((2 * share.low - 1, 2 * share.high - 1))
    assert (verdict.word, verdict.p) == (share.word, pytest.approx(share.p))


def test_several_answers_an_image_are_covered() -> None:
    """Two answers an image, as of two factors: their share varies less, so the interval covers more often than it has to."""
    rng, held = np.random.default_rng(3), 0
    for _ in range(300):
        values = rng.binomial(2, 0.97, (1, 64)) / 2
        low, high = ends(threshold(values, 0.5, answers=ANSWERS))
        held += low <= 0.97 <= high
    assert held / 300 >= 0.95


def test_what_is_not_said_is_seen_in_single_checkpoints_only() -> None:
    assert "exact" in threshold(right(200), 0.5).rule
    assert "t interval" in threshold(right(200), 0.5, answers=None).rule
    assert "t interval" in threshold(right(200) * 2, 0.5).rule
    assert "t interval" in threshold(np.stack([right(200)[0], right(210)[0], right(190)[0]]), 0.5).rule


def test_a_line_at_an_end_of_the_range() -> None:
    """No share lies above 1 or below 0, and one of exactly 0 is no evidence that it lies above it."""
    assert threshold(right(0), 0.0, answers=ANSWERS).p == 1.0
    assert threshold(right(256), 1.0, "less", answers=ANSWERS).p == 1.0
    assert threshold(right(3), 0.0, answers=ANSWERS).p == 0.0


@pytest.mark.parametrize("relation", ["less", "greater"])
def test_a_relative_margin_moves_the_line_and_not_the_difference(relation: str) -> None:
    a, b = pairs(120, 20, 60, 56)
    plain = compare(a, b, relation, answers=ANSWERS)  # type: ignore[arg-type]
    verdict = compare(a, b, relation, relative=0.1, answers=ANSWERS)  # type: ignore[arg-type]
    assert verdict.effect == pytest.approx(plain.effect) == pytest.approx(a.mean() - b.mean())
    assert verdict.lines == pytest.approx(((-0.1 if relation == "less" else 0.1) * b.mean(),))
    assert verdict.low < verdict.effect < verdict.high
    assert verdict.high - verdict.low == pytest.approx(plain.high - plain.low, rel=0.1)
    assert ((verdict.p or 0) < 0.05) == (verdict.word == "supported")


def test_no_difference_of_shares_lies_beyond_1() -> None:
    a, b = pairs(120, 20, 60, 56)
    for relation in ("less", "greater"):
        verdict = compare(a, b, relation, 1.0, answers=ANSWERS)  # type: ignore[arg-type]
        assert (verdict.word, verdict.p) == ("refuted", pytest.approx(1.0))


def test_the_rule_says_what_it_is_about() -> None:
    rule = compare(*pairs(120, 20, 60, 56), "less", answers=ANSWERS).rule
    assert rule.endswith("answers to the same 256 images; about these checkpoints only")
