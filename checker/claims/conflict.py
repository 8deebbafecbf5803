"""Which specs cannot both hold: what each claims of one quantity, as an interval, and the intervals that do not meet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import inf

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


def contradictions(specs: Iterable[tuple[str, ClaimSpec]]) -> Iterator[tuple[str, str]]:
    """The pairs of ids of which at most one claim can be true. `specs` are (id, spec), whose order the pairs keep."""
    ids: list[str] = []
    claimed: dict[str, list[tuple[int, Range]]] = {}  # by quantity: most claims of a vault are about different ones
    for place, (name, spec) in enumerate(specs):
        ids.append(name)
        for one in _ranges(spec):
            claimed.setdefault(one.quantity, []).append((place, one))
    pairs = {
        (place, other)
        for ranges in claimed.values()
        for (place, one), (other, two) in combinations(ranges, 2)
        if place != other and one.excludes(two)
    }
    for place, other in sorted(pairs):
        yield ids[place], ids[other]


def _ranges(spec: ClaimSpec) -> Iterator[Range]:
    if spec.quantifier == "any":  # one layer may do what another does not
        return
    where = json.dumps([spec.metric, spec.where.model_dump(), spec.scope, spec.quantifier, spec.members], sort_keys=True)
    amount = spec.margin or spec.bound
    unit, size = (amount.unit, amount.value) if amount else ("", 0.0)
    if spec.kind == "ranking":
        for upper, lower in combinations(spec.order or (), 2):
            yield _difference(where, upper, lower, unit, size, inf)
        return
    about = json.dumps([spec.kind, where, spec.subject, spec.other, sorted(spec.models or ())])
    if spec.kind == "equivalence":
        assert spec.subject and spec.baseline
        yield _difference(where, spec.subject, spec.baseline, unit, -size, size)
    elif spec.kind == "compare":
        assert spec.subject and spec.baseline and spec.relation
        low, high, closed = _line(spec.relation, -size, size)
        factor = unit if spec.factor is None else f"factor {spec.factor:g}"
        yield _difference(where, spec.subject, spec.baseline, factor, low, high, closed)
    else:
        assert spec.relation
        one_line = spec.kind in ("threshold", "presence")
        low, high, closed = _line(spec.relation, size if one_line else -size, size)
        yield Range(about, unit, low, high, closed)


def _line(relation: str, below: float, above: float) -> tuple[float, float, bool]:
    """What a relation claims: beyond the line, or, negated, on the other side of it."""
    match relation:
        case "less":
            return -inf, below, False
        case "greater":
            return above, inf, False
        case "not less":
            return below, inf, True
        case _:
            return -inf, above, True


def _difference(where: str, subject: str, baseline: str, unit: str, low: float, high: float, closed: bool = False) -> Range:
    """Of the difference of two models, whichever of them comes first. A relative margin is a share of its own baseline."""
    first, second = sorted((subject, baseline))
    quantity = json.dumps(["difference", where, first, second])
    unit = f"{unit} of {baseline}" if unit == "relative" else unit
    return Range(quantity, unit, low, high, closed) if subject == first else Range(quantity, unit, -high, -low, closed)
