"""The decision rule against known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts import Looks, compare, equivalence, threshold
from checker.verdicts.contrast import contrast
from checker.verdicts.estimate import decide
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK

FIRST = Looks((3, 5, 8), 0)


def draw(
    rng: np.random.Generator,
    effect: float,
    seed_sd: float,
    image_sd: float,
    seeds: int = 3,
    images: int = 256,
    noise: float = 0.1,
) -> tuple[np.ndarray, np.ndarray]:
    """Two models on the same images: seeds nested in models, images crossed, a difference of `effect` on average."""
    shared = rng.normal(0, 1, images)
    sides = []
    for mean, weight in ((effect, 0.5), (0.0, -0.5)):
        by_seed = rng.normal(0, seed_sd, (seeds, 1))
        own = weight * rng.normal(0, image_sd * math.sqrt(2), images)
        sides.append(10 + mean + shared + by_seed + own + rng.normal(0, noise, (seeds, images)))
    return sides[0], sides[1]


@pytest.mark.parametrize(
    ("effect", "relation", "margin", "word"),
    [
        (-2.0, "less", 0.5, "supported"),
        (-2.0, "greater", 0.5, "refuted"),
        (2.0, "less", 0.5, "refuted"),
        (2.0, "greater", 0.5, "supported"),
        (0.0, "less", 0.5, "refuted"),  # no difference is not a difference beyond the margin
        (-0.5, "less", 0.5, "inconclusive"),
        (0.5, "greater", 0.5, "inconclusive"),
    ],
)
def test_words(effect: float, relation: str, margin: float, word: str) -> None:
    a, b = draw(np.random.default_rng(3), effect, 0.02, 0.1)
    verdict = compare(a, b, relation=relation, margin=margin)  # type: ignore[arg-type]
    assert verdict.word == word
    assert verdict.low < verdict.effect < verdict.high
    assert verdict.effect == pytest.approx((a.mean(0) - b.mean(0)).mean())


def test_the_interval_by_hand() -> None:
    """Two seeds a side and four images: the t quantiles of seeds and of images, weighted with their parts of the error."""
    a = np.array([[1.0] * 4, [3.0] * 4]) + np.array([[0.0, 1.0, 0.0, 1.0]])
    b = np.zeros((2, 4)) + np.array([[10.0], [14.0]])
    verdict = compare(a, b)
    image = np.var([0, 1, 0, 1], ddof=1) / 4
    seeds = 2 / 2 + 8 / 2
    freedom = seeds**2 / ((2 / 2) ** 2 / 1 + (8 / 2) ** 2 / 1)
    quantile = (seeds * stats.t.ppf(0.975, freedom) + image * stats.t.ppf(0.975, 3)) / (seeds + image)
    half = quantile * math.sqrt(seeds + image)
    assert (verdict.low, verdict.high) == pytest.approx((-9.5 - half, -9.5 + half))


def test_an_early_look_is_strict() -> None:
    a, b = draw(np.random.default_rng(0), -1, 0.1, 0.3)
    one, three = compare(a, b), compare(a, b, looks=FIRST)
    assert three.confidence == pytest.approx(1 - 0.0011, abs=5e-5)
    assert three.high - three.low > one.high - one.low


def test_one_checkpoint_a_side_speaks_of_these_checkpoints() -> None:
    a, b = draw(np.random.default_rng(0), -1, 0.5, 0.3, seeds=1)
    verdict = compare(a, b)
    assert "these checkpoints only" in verdict.rule
    assert verdict.seeds == 1


def test_an_inconclusive_verdict_says_what_would_settle_it() -> None:
    a, b = draw(np.random.default_rng(5), -0.6, 0.2, 0.1)
    verdict = compare(a, b)
    assert verdict.word == "inconclusive"
    assert verdict.seeds_needed is not None
    assert f"about {verdict.seeds_needed} seeds" in verdict.reason


@pytest.mark.parametrize(
    ("a", "b", "options", "message"),
    [
        ([[1.0, math.nan]], [[1.0, 2.0]], {}, "a is nan for seed 0, image 1"),
        ([[1.0, 2.0]], [[math.inf, 2.0]], {}, "b is inf"),
        ([[1.0, 2.0]], [[1.0, 2.0, 3.0]], {}, "same ones"),
        ([1.0, 2.0], [[1.0, 2.0]], {}, "wanted"),
        ([[]], [[]], {}, "wanted"),
        ([[1.0, 1.0]] * 3, [[2.0, 2.0]] * 3, {}, "zero variance"),
        ([[1.0]] * 3, [[2.0]] * 3, {}, "zero variance"),
        ([[1.0, 2.0]], [[1.0, 3.0]], {"margin": -1.0}, "margin"),
        ([[1.0, 2.0]], [[1.0, 3.0]], {"margin": math.nan}, "margin"),
        ([[1.0, 2.0]], [[1.0, 3.0]], {"alpha": 0.0}, "alpha"),
        ([[1.0, 2.0]], [[1.0, 3.0]], {"looks": Looks((3, 5), 2)}, "looks"),
    ],
)
def test_what_is_no_measurement_is_an_error(
    a: list[list[float]], b: list[list[float]], options: dict[str, float], message: str
) -> None:
    with pytest.raises(MeasurementError, match=message):
        compare(a, b, **options)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 0.5))
def test_properties(seed: int, effect: float, seed_sd: float, image_sd: float, margin: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = draw(rng, effect, seed_sd, image_sd, images=40)
    verdict, swapped = compare(a, b, margin=margin), compare(b, a, relation="greater", margin=margin)
    assert swapped.word == verdict.word
    assert (swapped.low, swapped.high) == pytest.approx((-verdict.high, -verdict.low))
    order = rng.permutation(40)
    assert compare(a[:, order], b[:, order], margin=margin).high == pytest.approx(verdict.high)
    assert compare(a + 5, b + 5, margin=margin).low == pytest.approx(verdict.low, abs=1e-9)


CASES = {"seeds dominate": (0.5, 0.05), "images dominate": (0.01, 2.0), "balanced": (0.1, 1.5)}
TRIALS = 1500


@pytest.mark.parametrize(("seed_sd", "image_sd"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("seeds", [3, 8])
def test_error_rates_at_the_margin(seed_sd: float, image_sd: float, seeds: int) -> None:
    """With the true effect exactly on the line, each wrong word comes up in at most alpha/2 of the trials."""
    rng = np.random.default_rng(11)
    verdicts = []
    for _ in range(TRIALS):
        a, b = draw(rng, -0.5, seed_sd, image_sd, seeds, images=64, noise=0.05)
        verdicts.append(compare(a, b, margin=0.5))
    slack = 3 * math.sqrt(0.025 * 0.975 / TRIALS)
    for word in ("supported", "refuted"):
        assert sum(v.word == word for v in verdicts) / TRIALS <= 0.025 + slack
    coverage = sum(v.low <= -0.5 <= v.high for v in verdicts) / TRIALS
    assert 0.93 <= coverage <= 0.995


def test_treating_images_as_replicates_would_be_wrong() -> None:
    """What the rule guards against: with seeds that differ, pooling seeds and images errs far more often than alpha."""
    rng = np.random.default_rng(2)
    pooled = 0
    for _ in range(300):
        a, b = draw(rng, 0.0, 0.5, 0.05, images=64)
        difference = (a - b).ravel()
        pooled += abs(difference.mean()) > 1.96 * difference.std(ddof=1) / math.sqrt(len(difference))
    assert pooled / 300 > 0.5


def test_looking_three_times_keeps_the_error_rate() -> None:
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(800):
        a, b = draw(rng, -0.5, 0.3, 0.1, seeds=8, images=32, noise=0.05)
        words = [compare(a[:n], b[:n], margin=0.5, looks=Looks((3, 5, 8), k)).word for k, n in enumerate((3, 5, 8))]
        wrong += next((word for word in words if word != "inconclusive"), "inconclusive") != "inconclusive"
    assert wrong / 800 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 800)


def test_power_grows_with_seeds() -> None:
    rng = np.random.default_rng(6)
    powers = []
    for seeds in (3, 8):
        hits = sum(
            compare(*draw(rng, -1.5, 0.4, 0.3, seeds=seeds, images=64), margin=0.5).word == "supported" for _ in range(200)
        )
        powers.append(hits / 200)
    assert powers[1] > powers[0]
    assert powers[1] > 0.9


def test_one_value_a_model_leaves_only_seeds_to_vary() -> None:
    a, b = np.array([[1.0], [1.2], [0.9]]), np.array([[3.0], [3.1], [2.8]])
    verdict = compare(a, b, "less")
    welch = stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False).confidence_interval(0.95)
    assert (verdict.low, verdict.high) == pytest.approx((welch.low, welch.high))
    assert verdict.word == "supported"
    assert "over seeds" in verdict.rule
    with pytest.raises(MeasurementError, match="zero variance"):
        compare([[1.0]], [[2.0]])


@pytest.mark.parametrize(
    ("effect", "relation", "word"),
    [
        (0.0, "not less", "supported"),
        (0.0, "not greater", "supported"),
        (-2.0, "not less", "refuted"),
        (-2.0, "not greater", "supported"),
        (2.0, "not greater", "refuted"),
        (-0.5, "not less", "inconclusive"),
    ],
)
def test_a_negated_claim_is_non_inferiority(effect: float, relation: str, word: str) -> None:
    a, b = draw(np.random.default_rng(3), effect, 0.02, 0.1)
    verdict = compare(a, b, relation, margin=0.5)  # type: ignore[arg-type]
    assert verdict.word == word
    assert verdict.lines == ((-0.5,) if relation == "not less" else (0.5,))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(0.01, 1), st.sampled_from([0.0, 0.3]), st.sampled_from([None, 0.05]))
def test_words_and_p_values_agree(seed: int, effect: float, seed_sd: float, margin: float, relative: float | None) -> None:
    a, b = draw(np.random.default_rng(seed), effect, seed_sd, 0.3, images=20)
    options = {"margin": margin} if relative is None else {"relative": relative}
    words = set()
    for relation in ("less", "not less"):
        verdict = compare(a, b, relation, looks=Looks((1, 3), 1), **options)  # type: ignore[arg-type]
        assert (verdict.word == "supported") == (verdict.p is not None and verdict.p < 0.05)
        assert (verdict.word == "refuted") == (verdict.p_against is not None and verdict.p_against < 0.05)
        of_interval = draw_line(relation, 0, verdict.lines[0]).word(verdict.low, verdict.high)  # type: ignore[arg-type]
        assert verdict.word == ("inconclusive" if "not decided" in verdict.reason else of_interval)
        words.add(verdict.word)
    assert words in ({"supported", "refuted"}, {"inconclusive"})


def test_the_p_value_of_one_value_a_model_is_welchs() -> None:
    a, b = np.array([[1.0], [1.2], [0.9]]), np.array([[1.4], [1.3], [1.1]])
    test = stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False)
    assert compare(a, b).p == pytest.approx(test.pvalue)
    assert compare(a, b, "greater").p_against == pytest.approx(test.pvalue)
    assert compare(a, b, looks=FIRST).p == pytest.approx(FIRST.two_sided(test.pvalue / 2))


@pytest.mark.parametrize(
    ("mean", "relation", "share"), [(20.0, "less", 0.9), (20.0, "greater", 1.1), (-20.0, "less", 1.1), (-20.0, "greater", 0.9)]
)
def test_a_relative_margin_moves_with_the_baseline(mean: float, relation: str, share: float) -> None:
    """Decided on a - share * b against 0, and told beside the line at the baseline's measured mean."""
    rng = np.random.default_rng(8)
    a, b = (mean + table for table in draw(rng, -10.0, 0.3, 0.2))
    b -= 10
    verdict = compare(a, b, relation, relative=0.1)  # type: ignore[arg-type]
    moved = decide(contrast({"a": a, "b": share * b}, (1, -1)), draw_line(relation, 0), 0.05, ONE_LOOK, 0, "")  # type: ignore[arg-type]
    assert (verdict.word, verdict.p) == (moved.word, pytest.approx(moved.p))
    assert verdict.margin == pytest.approx(0.1 * abs(b.mean()))
    assert verdict.effect == pytest.approx(a.mean() - b.mean())
    assert verdict.high - verdict.low == pytest.approx(moved.high - moved.low)
    assert verdict.low - verdict.lines[0] == pytest.approx(moved.low)


def test_the_sign_of_a_baseline_may_be_unknown_where_it_does_not_matter() -> None:
    a, b = draw(np.random.default_rng(1), 0.0, 0.02, 0.02, noise=0.01)
    b = b - b.mean() + 0.001
    assert threshold(b, 0).word == "inconclusive"
    for relation, words in (("greater", ("supported", "refuted")), ("less", ("refuted", "supported"))):
        assert tuple(compare(a + shift, b, relation, relative=0.1).word for shift in (9, -19)) == words  # type: ignore[arg-type]


def test_a_margin_is_given_once() -> None:
    a, b = draw(np.random.default_rng(1), 0.0, 0.02, 0.02)
    with pytest.raises(MeasurementError, match="give one of them"):
        compare(a, b, margin=0.1, relative=0.1)
    with pytest.raises(MeasurementError, match=r"margin is -0\.1"):
        compare(a, b, relative=-0.1)


def test_a_known_baseline_gives_the_same_line_either_way() -> None:
    """Where b does not vary at all, a share of it is known exactly."""
    a = np.random.default_rng(1).normal(8, 0.5, (3, 1))
    b = np.full((3, 1), 10.0)
    fixed, moving = compare(a, b, margin=1.0), compare(a, b, relative=0.1)
    assert (moving.low, moving.high, moving.p) == pytest.approx((fixed.low, fixed.high, fixed.p))


def test_the_words_at_an_exact_known_answer() -> None:
    """Numbers and sentences are a promise."""
    verdict = compare([[8.1, 8.4], [8.0, 8.2]], [[12.0, 12.4], [11.8, 12.1]], relation="less", margin=0.5)
    assert verdict.rule == (
        "two-sided t interval at 95 % (alpha 0.05 at one look), degrees of freedom: 1.64 over seeds, 1 over images"
    )
    assert verdict.reason == "the whole interval lies below the line claimed (0.5 below the baseline)"
    assert (verdict.low, verdict.high) == pytest.approx((-4.844939648340755, -2.955060351659244), rel=1e-14)
    open_claim = compare([[8.1, 8.4], [8.0, 8.2]], [[8.3, 8.4], [7.9, 8.3]])
    assert open_claim.reason == "the interval holds the line claimed (the baseline); about 67 seeds would settle it"


def test_few_uneven_seeds_are_reported_and_not_decided() -> None:
    """One of three seeds far away from the others, as where one collapsed, against a steady model."""
    collapsed, steady = np.array([[0.82], [0.81], [0.1]]), np.array([[5.0], [5.001], [5.002]])
    verdict = compare(collapsed, steady)
    assert verdict.word == "inconclusive"
    assert (verdict.p, verdict.p_against) == (1.0, 1.0)
    assert verdict.reason == (
        "the seeds of a differ 413 times as much as those of b, as a skew or two modes would make them: "
        "not decided with fewer than 5 seeds"
    )
    assert equivalence(collapsed, steady, 9.0).word == equivalence(collapsed, steady, 0.1).word == "inconclusive"
    five = np.array([[0.82], [0.81], [0.8], [0.79], [0.8]])
    assert compare(five, [[5.0], [5.001], [5.002], [5.0], [5.001]]).word == "supported"
    even = np.array([[0.82], [0.81], [0.8]])
    assert compare(even, 5 + even).word == "supported"


def test_uneven_seeds_do_not_matter_where_images_make_the_error() -> None:
    a, b = draw(np.random.default_rng(0), -1.0, 0.0, 0.3, noise=0.0)
    a += np.array([[0.0], [0.001], [0.0002]])
    b += np.array([[0.0], [0.00001], [0.00002]])
    assert compare(a, b).word == "supported"


def test_what_would_settle_it_stays_within_the_looks() -> None:
    a, b = np.array([[1.0], [1.3], [1.1]]), np.array([[1.6], [1.7], [1.2]])
    first = compare(a, b, looks=Looks((3, 5, 12), 0))
    assert (first.word, first.seeds_needed) == ("inconclusive", 12)
    assert "about 12 seeds would settle it" in first.reason
    short = compare(a, b, looks=Looks((3, 4), 0))
    assert short.seeds_needed is None
    assert short.reason.endswith("more than the 4 seeds that its looks allow would be needed")
    last = compare(np.vstack([a, a]), np.vstack([b, b - 0.3]), looks=Looks((3, 6), 1))
    assert last.seeds_needed is None
    assert last.reason.endswith("more than the 6 seeds that its looks allow would be needed")
