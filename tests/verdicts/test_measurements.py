"""What is no measurement never becomes a verdict, and copies of a picture count once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import MeasurementError
from checker.verdicts import (
    Looks,
    Verdict,
    absence,
    compare,
    compare_counts,
    correlation,
    equivalence,
    loss,
    losses,
    merge_copies,
    presence,
    ranking,
    ratio,
    threshold,
    trend,
)
from checker.verdicts.contrast import contrast
from checker.verdicts.measurements import measured
from tests.verdicts.worlds import models

GOOD = [[1.0, 2.0, 3.5], [1.5, 2.0, 3.0], [1.2, 2.5, 3.3]]
OTHER = [[4.0, 2.0, 3.5], [4.5, 2.0, 3.0], [4.2, 2.5, 3.3]]

# Every kind of claim on one table, the other sides of it sound.
KINDS: dict[str, Callable[..., Verdict]] = {
    "compare": lambda table, **options: compare(table, OTHER, **options),
    "compare, relative": lambda table, **options: compare(table, OTHER, relative=0.1, **options),
    "baseline": lambda table, **options: compare(OTHER, table, **options),
    "ratio": lambda table, **options: ratio(table, OTHER, 2, **options),
    "threshold": lambda table, **options: threshold(table, 2, **options),
    "equivalence": lambda table, **options: equivalence(table, OTHER, **{"margin": 1.0, **options}),
    "ranking": lambda table, **options: ranking({"A": OTHER, "B": table}, **options),
    "correlation": lambda table, **options: correlation(
        {"A": table, "B": [[3.0]], "C": [[4.0]], "D": [[5.0]]},
        {"A": [[1.0]], "B": [[2.0]], "C": [[3.0]], "D": [[4.0]]},
        **options,
    ),
    "trend": lambda table, **options: trend(_layers(table), **options),
    "loss": lambda table, **options: loss(table, OTHER, 2, **options),
    "losses": lambda table, **options: losses(table, OTHER, OTHER, GOOD, **options),
}
RATES: dict[str, Callable[..., Verdict]] = {
    "presence": lambda table, **options: presence(table, 0.1, **options),
    "absence": lambda table, **options: absence(table, 0.1, **options),
}


def _layers(table: Any) -> Any:
    """The table as the second of two layers of each seed."""
    return [[[0.0] * len(row), row] for row in table] if isinstance(table[0], list) else table


@pytest.mark.parametrize("decide", [*KINDS.values(), *RATES.values()], ids=[*KINDS, *RATES])
@pytest.mark.parametrize(
    "table",
    [
        [[1.0, math.nan, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]],
        [[1.0, 1.0, 0.0], [1.0, math.inf, 1.0], [0.0, 0.0, 1.0]],
        [[1.0, None, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]],
        [[1.0, 0.0, 1.0], [1.0, 0.0], [0.0, 0.0, 1.0]],
        [[1.0, "0.5 or so", 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        [[], [], []],
        [1.0, 0.0, 1.0],
    ],
    ids=["NaN", "Inf", "None", "ragged", "text", "empty", "no seeds"],
)
def test_no_measurement_no_verdict(decide: Callable[..., Verdict], table: Any) -> None:
    with pytest.raises(MeasurementError):
        decide(table)


@pytest.mark.parametrize("decide", [*KINDS.values(), *RATES.values()], ids=[*KINDS, *RATES])
@pytest.mark.parametrize(
    "options",
    [
        {"alpha": 0.0},
        {"alpha": 0.5},
        {"alpha": math.nan},
        {"alpha": -1.0},
        {"looks": Looks((3, 5), 2)},
        {"looks": Looks((5, 3), 0)},
        {"looks": Looks((0, 3), 0)},
    ],
)
def test_no_error_rate_no_verdict(decide: Callable[..., Verdict], options: dict[str, Any]) -> None:
    with pytest.raises(MeasurementError, match=r"alpha|looks"):
        decide([[1, 0, 1], [0, 0, 1], [1, 0, 0]], **options)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"ratio", "compare, relative"}))
@pytest.mark.parametrize("margin", [-1.0, math.nan, math.inf])
def test_no_margin_no_verdict(kind: str, margin: float) -> None:
    with pytest.raises(MeasurementError, match="the margin is"):
        KINDS[kind](GOOD, margin=margin)


ONE, TWO = [[1.0] * 3] * 3, [[2.0] * 3] * 3


@pytest.mark.parametrize(
    "decide",
    [
        lambda: compare(ONE, TWO),
        lambda: compare(ONE, TWO, relative=0.1),
        lambda: ratio(ONE, TWO, 2),
        lambda: threshold(ONE, 2),
        lambda: trend(_layers(ONE)),
        lambda: equivalence(ONE, TWO, 2),
        lambda: equivalence(ONE, TWO, relative=2),
        lambda: ranking({"A": ONE, "B": TWO}),
    ],
)
def test_no_variance_no_verdict(decide: Callable[[], Verdict]) -> None:
    with pytest.raises(MeasurementError, match="zero variance"):
        decide()


def test_missing_images_or_seeds_are_not_averaged_over() -> None:
    """Two sides on other images, and one checkpoint beside several seeds."""
    for decide in (
        compare,
        lambda a, b: ratio(a, b, 2),
        lambda a, b: equivalence(a, b, 1),
        lambda a, b: ranking({"A": a, "B": b}),
    ):
        with pytest.raises(MeasurementError, match="a has 3 images and b 2; measure both on the same ones"):
            decide(GOOD, [row[:2] for row in OTHER])


@pytest.mark.parametrize("sides", [(GOOD[:1], OTHER), (GOOD, OTHER[:1])])
def test_one_checkpoint_beside_several_seeds_is_taken_as_fixed(sides: tuple[Any, Any]) -> None:
    a, b = sides
    for verdict in (compare(a, b), compare(a, b, relative=0.1), ratio(a, b, 2)):
        assert "the single checkpoint on one side is taken as fixed" in verdict.reason
        assert "the single checkpoint on one side is taken as fixed" in verdict.rule
        assert verdict.seeds == len(GOOD)


@pytest.mark.slow
def test_one_fixed_side_keeps_the_error_rate() -> None:
    """No difference between a checkpoint and the mean of a recipe: supported or refuted in at most 5 % of the trials, whose own
    error is two standard deviations."""
    rng, trials, wrong = np.random.default_rng(16), 2000, 0
    for _ in range(trials):
        images = rng.normal(0, 1, (1, 40))
        several = images + rng.normal(0, 0.5, (3, 1)) + rng.normal(0, 0.3, (3, 40))
        fixed = images + rng.normal(0, 0.3, (1, 40))
        wrong += compare(several, fixed).word != "inconclusive"
    assert wrong / trials <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / trials)


def test_where_it_is_broken_is_told() -> None:
    values = np.zeros((2, 3, 4))
    values[1, 2, 3] = math.nan
    with pytest.raises(MeasurementError, match="the model is nan for seed 1, layer 2, image 3"):
        trend(values)
    with pytest.raises(MeasurementError, match=r"wanted \(seeds, images\), as many images each time"):
        threshold([[1.0], [1.0, 2.0]], 1)
    with pytest.raises(MeasurementError, match=r"wanted \(seeds, layers, images\), as many images each time"):
        trend([[[1.0], [1.0, 2.0]]])


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(1, 30), st.sampled_from([math.nan, math.inf, -math.inf]), st.sampled_from(sorted(KINDS))
)
def test_more_seeds_never_turn_what_is_broken_into_a_verdict(seed: int, more: int, broken: float, kind: str) -> None:
    rng = np.random.default_rng(seed)
    table = rng.normal(3, 1, (3 + more, 3))
    table[rng.integers(3), rng.integers(3)] = broken
    with pytest.raises(MeasurementError):
        KINDS[kind](table.tolist())


def test_a_count_that_is_none() -> None:
    for values in ([[math.nan]], [[math.inf]], [5.0]):
        with pytest.raises(MeasurementError):
            compare_counts(values, [[5.0]])
    with pytest.raises(MeasurementError, match="margin"):
        compare_counts([[1.0]], [[2.0]], margin=-1)


def test_copies_are_averaged_in_order_of_appearance() -> None:
    values = [[1.0, 5.0, 3.0, 9.0], [2.0, 6.0, 4.0, 8.0]]
    assert merge_copies(values, ["x", "y", "x", "z"]).tolist() == [[2.0, 5.0, 9.0], [3.0, 6.0, 8.0]]
    assert merge_copies(np.zeros((3, 6, 4)), "aabb").shape == (3, 6, 2)
    with pytest.raises(MeasurementError, match="3 pictures are named"):
        merge_copies(values, "xyz")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(0.01, 1), st.floats(0.01, 1))
def test_copies_of_images_do_not_narrow_an_interval(seed: int, copies: int, seed_sd: float, image_sd: float) -> None:
    """Told which images are copies, every number stays what it was. Not told, the seeds' part of the error stays whole."""
    rng = np.random.default_rng(seed)
    a, b = models(rng, (0, 0.5), seed_sd, image_sd, images=12)
    pictures = np.tile(np.arange(12), copies)
    many_a, many_b = (np.tile(table, copies) for table in (a, b))
    plain = compare(a, b)
    told = compare(merge_copies(many_a, pictures), merge_copies(many_b, pictures))
    assert (told.low, told.high, told.images) == (pytest.approx(plain.low), pytest.approx(plain.high), plain.images)
    untold = contrast({"a": many_a, "b": many_b}, (1, -1))
    of_seeds = (a.mean(1).var(ddof=1) + b.mean(1).var(ddof=1)) / 3
    assert untold.squared_error >= of_seeds * (1 - 1e-9)


def test_an_array_is_as_it_was() -> None:
    assert measured("a", [[1, 2]]).tolist() == [[1.0, 2.0]]


def test_copies_in_a_single_row() -> None:
    assert merge_copies([1.0, 3.0, 5.0], ["a", "b", "a"]).tolist() == [3.0, 3.0]
    with pytest.raises(MeasurementError, match="name one an image"):
        merge_copies(1.0, ["a"])
