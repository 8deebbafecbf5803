"""The numbers of a verdict as text: the same in the claim note, in tables and on the terminal."""

from __future__ import annotations

from checker.evidence import RecordedPart, RecordedVerdict, Run


def effect(verdict: RecordedVerdict | RecordedPart, unit: str = "", spec: str = ".3f") -> str:
    """The effect with its unit; "none" without one."""
    return "none" if verdict.effect is None else f"{verdict.effect:{spec}} {unit}".rstrip()


def interval(verdict: RecordedVerdict | RecordedPart, unit: str = "", spec: str = ".3f", between: str = " to ") -> str:
    """The interval; an end that is out of reach is shown as infinite. "none" where a model is not competent."""
    if verdict.effect is None:
        return "none"
    if verdict.low == verdict.high == verdict.effect:
        return "exact"
    low, high = ("∞" if end is None else f"{end:{spec}}" for end in (verdict.low, verdict.high))
    return f"{'-' if low == '∞' else ''}{low}{between}{high} {unit}".rstrip()


def claimed(run: Run, spec: str = ".3f") -> str:
    """Where the effect has to lie for the claim to hold."""
    lines = [f"{line:{spec}}" for line in run.verdict.lines]
    return f"{run.claimed} {' and '.join(lines)} {run.effect_unit}"
