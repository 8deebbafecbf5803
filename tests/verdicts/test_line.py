from __future__ import annotations

import itertools

import pytest

from checker.errors import MeasurementError
from checker.verdicts.line import draw_line


@pytest.mark.parametrize(
    ("relation", "at", "side"), [("less", -0.5, -1), ("greater", 0.5, 1), ("not less", -0.5, 1), ("not greater", 0.5, -1)]
)
def test_where_the_line_is(relation: str, at: float, side: int) -> None:
    line = draw_line(relation, 0.5)  # type: ignore[arg-type]
    assert (line.at, line.side) == (at, side)
    assert line.where() == ("above" if side > 0 else "below")
    assert draw_line(relation, 0.5, 10).at == at + 10  # type: ignore[arg-type]


def test_one_interval_never_supports_a_claim_and_its_negation() -> None:
    for low, width in itertools.product((-2, -1, -0.5, -0.1, 0, 0.4, 0.5, 1), (0, 0.1, 0.7, 3)):
        for relation in ("less", "greater"):
            plain = draw_line(relation, 0.5).word(low, low + width)  # type: ignore[arg-type]
            negated = draw_line(f"not {relation}", 0.5).word(low, low + width)  # type: ignore[arg-type]
            assert {plain, negated} in ({"supported", "refuted"}, {"inconclusive"})


def test_not_greater_is_not_less() -> None:
    """An effect of 0 is not greater by more than the margin, and not less either; that makes it neither."""
    assert draw_line("not greater", 0.5).word(-0.1, 0.1) == "supported"
    assert draw_line("not less", 0.5).word(-0.1, 0.1) == "supported"
    assert draw_line("less", 0.5).word(-0.1, 0.1) == "refuted"


def test_another_relation_is_an_error() -> None:
    with pytest.raises(MeasurementError, match="'equal'"):
        draw_line("equal", 0.5)  # type: ignore[arg-type]
