"""Which specs cannot both hold: those that claim ranges of one quantity that do not meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from checker.claims.kind import KINDS
from checker.claims.range import Range
from checker.claims.spec import ClaimSpec


def contradictions(specs: Iterable[tuple[str, ClaimSpec]]) -> Iterator[tuple[str, str]]:
    """The pairs of ids of which at most one claim can be true. `specs` are (id, spec), whose order the pairs keep."""
    ids: list[str] = []
    claimed: dict[str, list[tuple[int, Range]]] = {}  # by quantity: most claims of a vault are about different ones
    for place, (name, spec) in enumerate(specs):
        ids.append(name)
        if spec.quantifier == "any":  # one layer may do what another does not
            continue
        for one in KINDS[spec.kind].ranges(spec):
            claimed.setdefault(one.quantity, []).append((place, one))
    pairs = {
        (place, other)
        for ranges in claimed.values()
        for (place, one), (other, two) in combinations(ranges, 2)
        if place != other and one.excludes(two)
    }
    for place, other in sorted(pairs):
        yield ids[place], ids[other]
