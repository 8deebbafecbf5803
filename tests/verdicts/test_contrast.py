from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker.errors import MeasurementError
from checker.verdicts.contrast import MOST_SEEDS, Contrast, contrast
from checker.verdicts.line import Line
from tests.verdicts.worlds import models, most


def test_a_weighted_sum_by_hand() -> None:
    """Unequal numbers of seeds; each term with its own degrees of freedom, those of the seeds together and the images apart."""
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(5, 1, (3, 12)), rng.normal(3, 1, (4, 12)), rng.normal(1, 1, (6, 12))
    found = contrast({"a": a, "b": b, "c": c}, (1, -2, 0.5))
    by_image = a.mean(0) - 2 * b.mean(0) + 0.5 * c.mean(0)
    images = by_image.var(ddof=1) / 12
    terms = [(w**2 * t.mean(1).var(ddof=1) / len(t), len(t) - 1) for w, t in ((1, a), (-2, b), (0.5, c))]
    seeds = sum(term for term, _ in terms)
    freedom = seeds**2 / sum(term**2 / degrees for term, degrees in terms)
    assert (found.effect, found.squared_error) == pytest.approx((by_image.mean(), seeds + images))
    assert found.spreads() == {"seeds": pytest.approx((seeds, freedom)), "images": pytest.approx((images, 11))}


def test_the_quantile_by_hand() -> None:
    """The seeds' quantile and the images', weighted with their parts of the squared error; p is the tail that fits."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(5, 1, (3, 12)), rng.normal(3, 1, (4, 12))
    found = contrast({"a": a, "b": b}, (1, -1))
    images = (a.mean(0) - b.mean(0)).var(ddof=1) / 12
    of_a, of_b = a.mean(1).var(ddof=1) / 3, b.mean(1).var(ddof=1) / 4
    freedom = (of_a + of_b) ** 2 / (of_a**2 / 2 + of_b**2 / 3)
    assert found.spreads() == {"seeds": pytest.approx((of_a + of_b, freedom)), "images": pytest.approx((images, 11))}
    for tail in (0.2, 0.025, 1e-4, 1e-9):
        both = (of_a + of_b) * stats.t.isf(tail, freedom) + images * stats.t.isf(tail, 11)
        half_width = both / math.sqrt(of_a + of_b + images)
        assert found.half_width(tail) == pytest.approx(half_width, rel=1e-5)
        for side in (-1, 1):
            assert found.p(Line(found.effect - side * half_width, side)) == pytest.approx((tail, 1 - tail))  # type: ignore[arg-type]
            assert found.p(Line(found.effect + side * half_width, side)) == pytest.approx((1 - tail, tail))  # type: ignore[arg-type]


def test_with_one_source_of_error_it_is_the_usual_t() -> None:
    rng = np.random.default_rng(1)
    for shape in ((1, 20), (4, 1)):
        table = rng.normal(size=shape)
        usual = stats.sem(table, axis=None) * stats.t.isf(0.01, table.size - 1)
        assert contrast({"a": table}, (1,)).half_width(0.01) == pytest.approx(usual)


def test_the_error_rate_holds_where_few_seeds_meet_images() -> None:
    """One model, three seeds that make up nine tenths of the error: at 1.67 % one quantile for all would err more than twice as often."""
    rng, trials = np.random.default_rng(2), 2000
    missed = pooled = 0
    for _ in range(trials):
        (table,) = models(rng, (0,), 0.5, 0.3, images=24)
        found = contrast({"a": table}, (1,))
        low, high = found.interval(0.05 / 6)
        missed += not low <= 0 <= high
        terms = found.spreads().values()
        freedom = found.squared_error**2 / sum(term**2 / degrees for term, degrees in terms)
        pooled += abs(found.effect) > stats.t.isf(0.05 / 6, freedom) * math.sqrt(found.squared_error)
    assert missed / trials <= most(trials, 0.05 / 3)
    assert pooled / trials > 2 * 0.05 / 3


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 2), st.floats(0.01, 1), st.sampled_from([0.025, 0.005]))
def test_the_seeds_needed_are_the_fewest(seed: int, distance: float, seed_sd: float, tail: float) -> None:
    a, b = models(np.random.default_rng(seed), (0, 0), seed_sd, 0.3)
    found = contrast({"a": a, "b": b}, (1, -1))
    variance = a.mean(1).var(ddof=1) + b.mean(1).var(ddof=1)
    for count in range(4, MOST_SEEDS + 1):
        seeds, images = variance / count, found.image_term
        both = seeds * stats.t.isf(tail, 2 * (count - 1)) + images * stats.t.isf(tail, found.images - 1)
        if distance > both / math.sqrt(seeds + images):
            break
    else:
        count = 0
    assert (found.seeds_needed(found.effect - distance, tail) or 0) == count


def test_more_images_help_where_images_are_what_varies() -> None:
    (values,) = models(np.random.default_rng(1), (0,), 0.001, 2.0, seeds=1)
    found = contrast({"a": values}, (1,))
    needed = found.images_needed(found.effect + 0.1, 0.025)
    assert needed is not None
    assert needed == pytest.approx((1.96 / 0.1) ** 2 * values.var(ddof=1), rel=0.3)
    assert found.seeds_needed(found.effect + 0.1, 0.025) is None
    assert found.images_needed(found.effect + 1e-6, 0.025) is None
    assert contrast({"a": np.array([[1.0], [2.0]])}, (1,)).images_needed(0.0, 0.025) is None  # one value a model


def test_what_does_not_fit() -> None:
    a = np.ones((3, 4))
    with pytest.raises(MeasurementError, match="a has 4 images and b 3"):
        contrast({"a": a, "b": a[:, :3]}, (1, -1))
    with pytest.raises(MeasurementError, match="zero variance"):
        contrast({"a": a}, (1,)).varying()


@pytest.mark.parametrize(
    ("effect", "error", "varies"),
    [(0.0, 2e-9, True), (0.0, 0.5e-9, False), (1e6, 2e-3, True), (1e6, 0.5e-3, False), (-1e6, 0.5e-3, False), (1e-6, 2e-9, True)],
)
def test_rounding_is_no_error(effect: float, error: float, varies: bool) -> None:
    """Values that differ by the last bits of their own size alone do not vary."""
    found = Contrast(effect, error**2, (), (1,), 2, ("a",))
    assert found.varies is varies
    if not varies:
        with pytest.raises(MeasurementError, match="zero variance"):
            found.varying()
