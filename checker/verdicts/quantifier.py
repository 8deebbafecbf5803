"""Does a claim hold in all, any or most of several parts: layers, pairs of models, seeds?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from checker.errors import MeasurementError
from checker.verdicts.measurements import check_options
from checker.verdicts.verdict import Part, Verdict
from checker.words import Quantifier, VerdictWord


def combine(parts: Mapping[str, Verdict], quantifier: Quantifier = "all", alpha: float = 0.05) -> Verdict:
    """Decide "the claim holds in all (any, most) of the parts" from a verdict on each of n parts, by their names.

    "All" wants n of them, "any" one, "most" more than half. That at least k hold has the p-value (n - k + 1) times the k-th
    smallest p of the parts: for "all" the largest p, with no correction (the intersection-union test, Berger 1982); for "any"
    n times the smallest (Bonferroni). It fails when at least n - k + 1 parts fail, which is the same question to the parts'
    `p_against`: one failing part refutes "all", and its p is then multiplied by n, because any of them may be the one. Parts
    may depend on each other in any way, as layers of one network do. The looks are in the parts' p already; `alpha` is that of
    the whole claim.

    The numbers reported are those of the part that decides: the k-th clearest.

    Source: Benjamini and Heller 2008, Screening for partial conjunction hypotheses (the form by Bonferroni).

    Raises MeasurementError for no parts, parts without p-values, or another quantifier.
    """
    check_options(alpha)
    if not parts:
        raise MeasurementError("there are no parts to combine; give a verdict on each")
    count = len(parts)
    wanted = {"all": count, "any": 1, "most": count // 2 + 1}.get(quantifier)
    if wanted is None:
        raise MeasurementError(f"the quantifier is {quantifier!r}; it is all, any or most")
    p, holding = _at_least(wanted, {name: part.p for name, part in parts.items()})
    p_against, failing = _at_least(count - wanted + 1, {name: part.p_against for name, part in parts.items()})
    word: VerdictWord = "supported" if p < alpha else "refuted" if p_against < alpha else "inconclusive"
    decider = failing if word == "refuted" else holding
    return dataclasses.replace(
        parts[decider],
        word=word,
        seeds=min(part.seeds for part in parts.values()),
        images=min(part.images for part in parts.values()),
        rule=_rule(quantifier, wanted, parts),
        reason=_reason(word, decider, wanted, parts),
        seeds_needed=parts[decider].seeds_needed if word == "inconclusive" else None,
        p=p,
        p_against=p_against,
        parts=tuple(Part(name, part) for name, part in parts.items()),
    )


def _at_least(wanted: int, values: Mapping[str, float | None]) -> tuple[float, str]:
    """The p-value of "at least `wanted` of these hold", and the name of the one that decides."""
    known = {name: p for name, p in values.items() if p is not None and math.isfinite(p)}
    for name in values.keys() - known.keys():
        raise MeasurementError(f"the verdict on {name} has no p-value; it cannot be combined")
    ordered = sorted(known, key=lambda name: known[name])
    decider = ordered[wanted - 1]
    return min(1.0, (len(known) - wanted + 1) * known[decider]), decider


def _rule(quantifier: Quantifier, wanted: int, parts: Mapping[str, Verdict]) -> str:
    count = len(parts)
    return (
        f"{quantifier} of {count} parts, so at least {wanted}; the p-values of the parts count {count - wanted + 1} times to "
        f"support and {wanted} times to refute; for each part, {next(iter(parts.values())).rule}"
    )


def _reason(word: VerdictWord, decider: str, wanted: int, parts: Mapping[str, Verdict]) -> str:
    count, own = len(parts), parts[decider]
    if word == "supported":
        return f"it holds in {_say(wanted, count)}, decided by {decider}: {own.reason}"
    if word == "refuted":
        return f"it fails in {_say(count - wanted + 1, count)}, decided by {decider}: {own.reason}"
    if own.word != "inconclusive":
        return f"{decider} alone is {own.word}, not clearly enough for one of {count} parts; more seeds or images would settle it"
    undecided = ", ".join(name for name, part in parts.items() if part.word == "inconclusive")
    return f"undecided in {undecided}; in {decider}, {own.reason}"


def _say(least: int, count: int) -> str:
    return f"all {count} parts" if least == count else f"at least {least} of {count} parts"
