from __future__ import annotations

import pytest

from checker.errors import MeasurementError
from checker.verdicts import compare_counts


@pytest.mark.parametrize(
    ("a", "b", "relation", "margin", "word"),
    [
        (5, 9, "less", 0.0, "supported"),
        (9, 5, "less", 0.0, "refuted"),
        (5, 5, "less", 0.0, "refuted"),
        (9, 5, "greater", 3.0, "supported"),
        (9, 5, "greater", 4.0, "refuted"),
        (5, 5, "not less", 0.0, "supported"),
        (5, 5, "not greater", 0.0, "supported"),
        (9, 5, "not greater", 4.0, "supported"),
        (9, 5, "not greater", 3.0, "refuted"),
        (5, 9, "not less", 3.0, "refuted"),
    ],
)
def test_counts(a: float, b: float, relation: str, margin: float, word: str) -> None:
    verdict = compare_counts([[a], [a]], [[b]], relation, margin)  # type: ignore[arg-type]
    assert verdict.word == word
    assert verdict.effect == verdict.low == verdict.high == a - b
    assert (verdict.p, verdict.p_against) == ((0.0, 1.0) if word == "supported" else (1.0, 0.0))


def test_models_of_one_side_must_agree() -> None:
    with pytest.raises(MeasurementError, match="a has models with different counts: 5, 6"):
        compare_counts([[5], [6]], [[5]])


def test_a_count_is_of_no_images() -> None:
    verdict = compare_counts([[5], [5]], [[9]], "less", 0.0)
    assert (verdict.seeds, verdict.images, verdict.confidence) == (2, 1, 1.0)
