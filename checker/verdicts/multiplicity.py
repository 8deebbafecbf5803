"""Many claims at once: which of their p-values still count."""

from __future__ import annotations

from collections.abc import Mapping

from checker.errors import MeasurementError


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p-values of a family of claims, by their ids.

    Holding those below alpha makes even one wrong word in the family rarer than alpha, however the claims depend on each
    other. Give `Verdict.p` for the words "supported", or `Verdict.p_against` for the words "refuted".

    Source: Holm 1979, A simple sequentially rejective multiple test procedure.

    Raises MeasurementError for a p that is not between 0 and 1.
    """
    adjusted, largest = {}, 0.0
    for rank, name in enumerate(_ordered(p)):
        largest = max(largest, min(1.0, (len(p) - rank) * p[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p}


def benjamini_hochberg(p: Mapping[str, float]) -> dict[str, float]:
    """The q-values of all claims of a vault, by their ids.

    Among the claims whose q is at most x, the expected share of wrong ones is at most x, when the claims are independent or
    depend on each other positively, as claims on shared models mostly do.

    Source: Benjamini and Hochberg 1995, Controlling the false discovery rate.

    Raises MeasurementError for a p that is not between 0 and 1.
    """
    adjusted, smallest = {}, 1.0
    for rank, name in reversed(list(enumerate(_ordered(p), start=1))):
        smallest = min(smallest, len(p) / rank * p[name])
        adjusted[name] = smallest
    return {name: adjusted[name] for name in p}


def _ordered(p: Mapping[str, float]) -> list[str]:
    for name, value in p.items():
        if not 0 <= value <= 1:
            raise MeasurementError(f"the p-value of {name} is {value}; it must lie between 0 and 1")
    return sorted(p, key=lambda name: p[name])
