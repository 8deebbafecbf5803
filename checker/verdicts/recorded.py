"""Two models of a table of results: one look, and no word where the spread over seeds is not known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker.verdicts.compare import compare
from checker.verdicts.line import draw_line
from checker.verdicts.looks import ONE_LOOK
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def compare_recorded(a: ArrayLike, b: ArrayLike, relation: Claimed = "less", margin: float = 0.0, alpha: float = 0.05) -> Verdict:
    """`compare` of a (seeds, images) and b (seeds, images) as they stand in a table, where nobody adds seeds: one look.

    Without images, as (seeds, 1), seeds alone vary: SE^2 = s_a^2/S_a + s_b^2/S_b with Satterthwaite's degrees of freedom (Welch).
    With one seed on each side no spread is known, so the verdict is inconclusive with an unbounded interval; an error over the
    images of one checkpoint is no substitute for it. One seed beside several is taken as fixed, and the verdict says so.

    Raises MeasurementError as `compare` does.
    """
    first, second = measured("a", a), measured("b", b)
    check_options(alpha, ONE_LOOK)
    check_margin(margin, None)
    line = draw_line(relation, margin).at
    return one_seed((first, second), line, alpha, margin) or compare(first, second, relation, margin, alpha)


def one_seed(sides: Sequence[ArrayLike], line: float, alpha: float, margin: float = 0.0) -> Verdict | None:
    """The verdict where every side, (seeds, 1), has one seed and nothing else to vary; None where one has more or images vary.

    `sides`: one or two models; the effect is the first mean, less the second.
    """
    arrays = [measured("values", side) for side in sides]
    counts = [len(array) for array in arrays]
    if max(counts) > 1 or any(array.shape[1] > 1 for array in arrays):
        return None
    return Verdict(
        word="inconclusive",
        effect=float(arrays[0].mean() - sum(array.mean() for array in arrays[1:2])),
        low=-math.inf,
        high=math.inf,
        confidence=1 - alpha,
        margin=margin,
        seeds=min(counts),
        images=1,
        rule="none: one seed on each side",
        reason=f"{' against '.join(map(str, counts))} seeds: with one seed the spread over seeds is not known, so nothing is "
        "decided; record at least two seeds of each, better three",
        p=1.0,
        p_against=1.0,
        lines=(line,),
    )
