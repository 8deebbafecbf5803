"""Two models of a table of results: one look, and no word where the spread over seeds is not known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checker.verdicts.compare import compare
from checker.verdicts.line import Claimed, draw_line
from checker.verdicts.looks import ONE_LOOK
from checker.verdicts.measurements import check_margin, check_options, measured
from checker.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def compare_recorded(a: ArrayLike, b: ArrayLike, relation: Claimed = "less", margin: float = 0.0, alpha: float = 0.05) -> Verdict:
    """`compare` of a (seeds, images) and b (seeds, images) as they stand in a table, where nobody adds seeds: one look.

    Without images, as (seeds, 1), seeds alone vary: SE^2 = s_a^2/S_a + s_b^2/S_b with Satterthwaite's degrees of freedom (Welch).
    With one seed on a side that spread is not known, so the verdict is inconclusive with an unbounded interval; an error over the
    images of one checkpoint is no substitute for it.

    Raises MeasurementError as `compare` does.
    """
    first, second = measured("a", a), measured("b", b)
    check_options(alpha, ONE_LOOK)
    check_margin(margin, None)
    seeds, images = min(len(first), len(second)), first.shape[1]
    if seeds > 1 or max(images, second.shape[1]) > 1:
        return compare(first, second, relation, margin, alpha)
    return Verdict(
        word="inconclusive",
        effect=float(first.mean() - second.mean()),
        low=-math.inf,
        high=math.inf,
        confidence=1 - alpha,
        margin=margin,
        seeds=seeds,
        images=images,
        rule="none: one seed on a side",
        reason=(
            f"{len(first)} against {len(second)} seeds: with one seed on a side the spread over seeds is not known, so "
            "nothing is decided; record at least two seeds of each, better three"
        ),
        seeds_needed=None,
        p=1.0,
        p_against=1.0,
        lines=(draw_line(relation, margin).at,),
    )
