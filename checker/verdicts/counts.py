"""Is one count smaller (or larger) than another? Nothing is sampled, so there is no interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.verdict import Verdict, Word
from checker.vocabulary import Relation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def compare_counts(a: ArrayLike, b: ArrayLike, relation: Relation = "less", margin: float = 0.0) -> Verdict:
    """Decide "a is less (greater) than b by more than `margin`" for values that are known exactly: (models, 1) each.

    Raises MeasurementError when the models of one side do not have the same count.
    """
    import numpy as np

    first, second = (np.unique(np.asarray(side, dtype=np.float64)) for side in (a, b))
    for name, values in (("a", first), ("b", second)):
        if len(values) != 1:
            raise MeasurementError(f"{name} has models with different counts: {', '.join(f'{v:g}' for v in values)}")
    effect = float(first[0] - second[0])
    sign = 1.0 if relation == "less" else -1.0
    word: Word = "supported" if sign * effect < -margin else "refuted"
    side = "below" if relation == "less" else "above"
    truth = "is" if word == "supported" else "is not"
    return Verdict(
        word=word,
        effect=effect,
        low=effect,
        high=effect,
        confidence=1.0,
        margin=margin,
        seeds=len(np.asarray(a)),
        images=1,
        rule="both are counted, not sampled",
        reason=f"the count {truth} more than {margin:.3g} {side} the baseline",
        seeds_needed=None,
    )
