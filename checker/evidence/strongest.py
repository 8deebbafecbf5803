"""What the evidence of a refuted or open claim does support: the strongest claim of that sort about the same models."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from checker.claims import ClaimSpec
from checker.claims.spec import Bound, Margin
from checker.errors import MeasurementError
from checker.evidence.again import ROUNDING, decide_again
from checker.evidence.run import Run

DIGITS = 2  # to which a number is rounded, away from what is claimed
FLIPPED = {"less": "greater", "greater": "less", "not less": "less", "not greater": "greater"}


def strongest(run: Run) -> ClaimSpec | None:
    """A claim that the same values support by the same rule at the same look; None for a supported one, and where there is none.

    The interval of the run is that of any such claim, so a claim that was found by looking at it keeps the error rate.
    """
    if run.verdict.word == "supported" or not run.verdict.reached:
        return None
    made = filter(None, map(_made, _candidates(run)))
    return next((spec for spec in made if _holds(run, spec)), None)


def _holds(run: Run, spec: ClaimSpec) -> bool:
    try:
        return decide_again(run.model_copy(update={"spec": spec})).word == "supported"
    except MeasurementError:
        return False


def _candidates(run: Run) -> Iterator[Mapping[str, object]]:
    """The fields of specs that may hold, the strongest first."""
    spec, low, high = run.spec, run.verdict.low, run.verdict.high
    if spec.members or low is None or high is None:
        return
    if spec.kind in ("compare", "equivalence") and spec.factor is None and spec.quantifier is None:
        shared = {**spec.as_dict(), "factor": None, "relation": None}
        if low > 0 or high < 0:
            size = _floor(max(0.0, min(abs(low), abs(high)) - ROUNDING))
            shared |= {"kind": "compare", "relation": "greater" if low > 0 else "less"}
        else:
            size = -_floor(-max(abs(low), abs(high)) - ROUNDING)
            shared |= {"kind": "equivalence"}
        yield shared | {"margin": Margin(value=size, unit=run.unit).model_dump()}
    elif spec.kind == "threshold" and spec.quantifier is None:
        above = ("greater", _floor(low - ROUNDING))
        below = ("less", -_floor(-high - ROUNDING))
        claimed_above = spec.relation in ("greater", "not less")
        order = (above, below) if claimed_above == (run.verdict.word == "inconclusive") else (below, above)
        for relation, value in order:
            bound = Bound(value=value, unit=run.unit).model_dump()
            yield {**spec.as_dict(), "relation": relation, "bound": bound, "margin": None}
    elif spec.kind in ("trend", "correlation") and spec.relation is not None:
        yield {**spec.as_dict(), "relation": FLIPPED[spec.relation]}


def _made(fields: Mapping[str, object]) -> ClaimSpec | None:
    """The spec; None where one of that kind cannot have these fields."""
    try:
        return ClaimSpec.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError:
        return None


def _floor(value: float) -> float:
    """The largest number of two digits that is not above `value`."""
    if value == 0:
        return 0.0
    step = DIGITS - 1 - math.floor(math.log10(abs(value)))
    return round(math.floor(value * 10.0**step) / 10.0**step, step)
