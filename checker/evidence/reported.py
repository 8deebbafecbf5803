"""A number that a paper reports, next to the one that was measured. It never decides anything."""

from __future__ import annotations

from typing import Literal

from checker.claims.reported import Reported
from checker.evidence.run import Run

Comparison = Literal["agrees", "differs", "other scope", "other unit", "not measured"]
SHARES = ("share", "percentage points", "points")


def comparison(reported: Reported, run: Run | None) -> Comparison:
    """How a reported number compares with the effect of a run.

    It agrees where the interval of the run holds it, or overlaps with its own spread. Toys are no replication of the models of
    a paper, so with them it is of another scope; a number without a unit is compared with nothing that has one.
    """
    if run is None or not run.verdict.reached:
        return "not measured"
    if run.scope.trained_here:
        return "other scope"
    scale = _scale(reported.unit, run.effect_unit)
    if scale is None:
        return "other unit"
    low, high = (reported.value + sign * (reported.spread or 0.0) for sign in (-1, 1))
    verdict = run.verdict
    above = verdict.high is None or low * scale <= verdict.high
    below = verdict.low is None or high * scale >= verdict.low
    return "agrees" if above and below else "differs"


def _scale(unit: str, of: str) -> float | None:
    """What a number in one unit is multiplied by to be in another; None where that cannot be."""
    if unit == of:
        return 1.0
    if of in SHARES:
        shares = {"share": 1.0, "point": 0.01, "points": 0.01, "percentage points": 0.01}
        return shares.get(unit)
    return None
