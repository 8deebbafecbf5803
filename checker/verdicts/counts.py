"""Is one count smaller (or larger) than another? Nothing is sampled, so there is no interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.line import draw_line
from checker.verdicts.measurements import check_margin, measured
from checker.verdicts.verdict import Verdict
from checker.words import Claimed, VerdictWord

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def compare_counts(a: ArrayLike, b: ArrayLike, relation: Claimed = "less", margin: float = 0.0) -> Verdict:
    """Decide "a is less (greater) than b by more than `margin`" for values that are known exactly: (models, 1) each.

    A negated relation is the contrary of the plain one: a count is either less or not less.

    Raises MeasurementError for NaN or Inf, or when the models of one side do not have the same count.
    """
    import numpy as np

    check_margin(margin)
    first, second = (np.unique(measured(name, side, ("model", "value"))) for name, side in (("a", a), ("b", b)))
    for name, values in (("a", first), ("b", second)):
        if len(values) != 1:
            raise MeasurementError(f"{name} has models with different counts: {', '.join(f'{v:g}' for v in values)}")
    effect = float(first[0] - second[0])
    line = draw_line(relation, margin)
    negated = relation in ("not less", "not greater")
    plain = line.other() if negated else line
    beyond = plain.word(effect, effect) == "supported"
    word: VerdictWord = "supported" if beyond != negated else "refuted"
    truth = "is" if beyond else "is not"
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
        reason=f"the count {truth} more than {margin:.3g} {plain.where()} the baseline",
        p=0.0 if word == "supported" else 1.0,
        p_against=0.0 if word == "refuted" else 1.0,
        lines=(line.at,),
    )
