"""What a relation claims: that the effect lies on one side of a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.errors import MeasurementError
from checker.words import Claimed, VerdictWord


@dataclass(frozen=True)
class Line:
    """A claim is that the effect lies above (`side` 1) or below (`side` -1) of `at`."""

    at: float
    side: Literal[-1, 1]

    def word(self, low: float, high: float) -> VerdictWord:
        """Supported: the whole interval lies on the claimed side. Refuted: on the other. Inconclusive: it holds the line."""
        if low > self.at:
            return "supported" if self.side > 0 else "refuted"
        if high < self.at:
            return "supported" if self.side < 0 else "refuted"
        return "inconclusive"

    def other(self) -> Line:
        """The claim that this one denies."""
        return Line(self.at, -1 if self.side > 0 else 1)

    def where(self) -> str:
        """The claimed side in words."""
        return "above" if self.side > 0 else "below"


def draw_line(relation: Claimed, margin: float, origin: float = 0.0) -> Line:
    """The line of a relation: `margin` above the origin for "greater" and "not greater", below it for "less" and "not less".

    A negated claim has the line of the plain one and claims its other side, so one interval can never support both: "is not
    less" says that the effect is not smaller by more than the margin (non-inferiority), never that it is greater.

    Raises MeasurementError for a relation that is none of the four.
    """
    if relation in ("less", "not less"):
        return Line(origin - margin, -1 if relation == "less" else 1)
    if relation in ("greater", "not greater"):
        return Line(origin + margin, 1 if relation == "greater" else -1)
    raise MeasurementError(f"the relation is {relation!r}; it is less, greater, not less or not greater")
