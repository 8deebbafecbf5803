"""What a spec claims of one quantity, as an interval: two that do not meet contradict each other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.claims.spec import ClaimSpec


@dataclass(frozen=True)
class Range:
    """What a spec claims of one quantity: it lies between `low` and `high`, in `unit`; the ends belong to it where `closed`."""

    quantity: str
    unit: str
    low: float
    high: float
    closed: bool = False

    def excludes(self, other: Range) -> bool:
        """Whether no value lies in both, of the same quantity. Of two units only the signs are compared."""
        a, b = (self, other) if self.unit == other.unit else (self._sign, other._sign)
        if a.low > b.low:
            a, b = b, a
        return a.high < b.low or (a.high == b.low and not (a.closed and b.closed))

    @property
    def _sign(self) -> Range:
        return Range(self.quantity, "", 0.0 if self.low >= 0 else -inf, 0.0 if self.high <= 0 else inf, self.closed)


def beyond(relation: str | None, below: float, above: float) -> tuple[float, float, bool]:
    """What a relation claims: beyond the line, or, negated, on the other side of it; and whether the line belongs to it."""
    match relation:
        case "less":
            return -inf, below, False
        case "greater":
            return above, inf, False
        case "not less":
            return below, inf, True
        case _:
            return -inf, above, True


def of_one(spec: ClaimSpec, unit: str, below: float, above: float) -> Range:
    """Of a quantity that has a spec's kind, place, subject and models."""
    about = json.dumps([spec.kind, place(spec), spec.subject, spec.other, sorted(spec.models or ())])
    return Range(about, unit, *beyond(spec.relation, below, above))


def of_difference(spec: ClaimSpec, subject: str, baseline: str, unit: str, ends: tuple[float, float], closed: bool) -> Range:
    """Of the difference of two models, whichever of them comes first. A relative margin is a share of its own baseline."""
    first, second = sorted((subject, baseline))
    quantity = json.dumps(["difference", place(spec), first, second])
    unit = f"{unit} of {baseline}" if unit == "relative" else unit
    low, high = ends if subject == first else (-ends[1], -ends[0])
    return Range(quantity, unit, low, high, closed)


def place(spec: ClaimSpec) -> str:
    """Where and of which members a spec claims something."""
    return json.dumps(
        [spec.metric, spec.where.model_dump(), spec.scope, spec.quantifier, spec.members, spec.loss, spec.over, spec.than],
        sort_keys=True,
    )
