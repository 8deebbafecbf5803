"""When two tables of values are the same but for rounding."""

from __future__ import annotations

import pytest

from checker.evidence import Values
from checker.evidence.values import TOLERANCE, agree, difference_of


def table(*rows: tuple[float, ...]) -> Values:
    return Values(layers=tuple((sum(row) / len(row),) for row in rows), images=rows)


ONE = table((1.0, -2.0, 0.0), (4.0, 5.0, 6.0))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (ONE, True),
        (ONE.model_copy(update={"images": ((1.0 + 0.9 * TOLERANCE, -2.0, 0.0), ONE.images[1])}), True),  # type: ignore[index]
        (ONE.model_copy(update={"images": ((1.0 + 1.1 * TOLERANCE, -2.0, 0.0), ONE.images[1])}), False),  # type: ignore[index]
        (ONE.model_copy(update={"images": ((1.0, -2.0 * (1 - 0.9 * TOLERANCE), 0.0), ONE.images[1])}), True),  # type: ignore[index]
        (ONE.model_copy(update={"images": ((1.0, 2.0, 0.0), ONE.images[1])}), False),  # type: ignore[index]
        (ONE.model_copy(update={"images": ((1.0, -2.0, 1e-9), ONE.images[1])}), False),  # type: ignore[index]
        (ONE.model_copy(update={"layers": ((1.0,), (5.0,))}), False),
        (ONE.first(1), False),
        (table((1.0, -2.0), (4.0, 5.0)), False),
        (ONE.model_copy(update={"images": {"layer 1": ONE.images}}), False),
    ],
)
def test_the_same_but_for_rounding(other: Values, same: bool) -> None:
    assert agree({"MAE": ONE}, {"MAE": other}) is same
    assert agree({"MAE": other}, {"MAE": ONE}) is same


@pytest.mark.parametrize(("recorded", "new", "same"), [(0.0001, 0.0002, True), (0.0001, 0.0003, False), (0.0001, 0.00021, False)])
def test_the_last_digit_that_is_kept_may_differ(recorded: float, new: float, same: bool) -> None:
    """Measured values are kept to four decimals; one that has more was recorded elsewhere, and is not rounded."""
    assert agree({"MAE": table((recorded, 0.5))}, {"MAE": table((new, 0.5))}) is same


def test_every_model_and_every_layer_counts() -> None:
    far = ONE.model_copy(update={"images": (ONE.images[0], (4.0, 5.0, 7.0))})  # type: ignore[index]
    assert not agree({"MAE": ONE}, {"DINO": ONE})
    assert not agree({"MAE": ONE, "DINO": ONE}, {"MAE": ONE, "DINO": far})
    layered = ONE.model_copy(update={"images": {"layer 1": ONE.images, "layer 2": ONE.images}})
    assert agree({"MAE": layered}, {"MAE": layered})
    assert not agree(
        {"MAE": layered}, {"MAE": layered.model_copy(update={"images": {"layer 1": ONE.images, "layer 2": far.images}})}
    )
    assert not agree({"MAE": layered}, {"MAE": layered.model_copy(update={"images": {"layer 1": ONE.images}})})


@pytest.mark.parametrize(("flipped", "found"), [(0, None), (2, None), (3, "MAE (seed 1, answers by image), mean")])
def test_one_answer_in_a_hundred_may_come_out_the_other_way(flipped: int, found: str | None) -> None:
    """Two flips each way of 200 leave the mean as it is; what counts is how many images are answered otherwise."""
    recorded, new = [0.0] * 100 + [1.0] * 100, [0.0] * 100 + [1.0] * 100
    for place in range(flipped):
        new[place if place % 2 else 150 + place] = float(place % 2)
    difference = difference_of({"MAE": table(tuple(recorded))}, {"MAE": table(tuple(new))})
    assert (difference and difference.of) == found
