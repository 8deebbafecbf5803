"""What many claims at once do to each verdict: q-values over the vault, and Holm's correction among the claims of one note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.runs.outcome import Outcome
from checker.verdicts import benjamini_hochberg, holm
from checker.words import DECIDED

NAMED = 3  # ids in the line for people


@dataclass(frozen=True)
class Corrected:
    """Of one verdict: the share of wrong words among those at least as sure as it in the vault (`q`), and its p-value when it is
    held to be one of a family, the claims of its note (`family_p`)."""

    q: float
    family_p: float


def corrected(outcomes: Sequence[Outcome]) -> dict[str, Corrected]:
    """By id, for every claim with a p-value. An open claim was a test as well, so it counts with the smaller of its two."""
    families: dict[str, dict[str, float]] = {}
    for outcome in outcomes:
        p = _p(outcome)
        if p is not None:
            families.setdefault(str(outcome.case.claim.note.path), {})[outcome.case.id] = p
    q = benjamini_hochberg({name: p for family in families.values() for name, p in family.items()})
    within = {name: p for family in families.values() for name, p in holm(family).items()}
    return {name: Corrected(q[name], within[name]) for name in q}


def among_many(outcomes: Sequence[Outcome]) -> str:
    """One line for people: which words would not stand among so many, at the error rate of each claim. Empty without words."""
    found = corrected(outcomes)
    words = [outcome for outcome in outcomes if outcome.word in ("supported", "refuted") and outcome.case.id in found]
    if not words:
        return ""
    doubtful = [one.case.id for one in words if found[one.case.id].q > _alpha(one)]
    alone = [one.case.id for one in words if one.case.id not in doubtful and found[one.case.id].family_p > _alpha(one)]
    line = f"of {len(words)} verdicts among {len(found)} claims tested, {len(words) - len(doubtful)} hold by their q-value"
    if doubtful:
        line += f" ({_not(doubtful)})"
    line += f", and {len(words) - len(doubtful) - len(alone)} by Holm's correction within their note"
    return line + (f" ({_not(alone)})" if alone else "")


def _not(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more, see --json" if len(names) > NAMED else ""
    return f"not {', '.join(names[:NAMED])}{more}"


def _p(outcome: Outcome) -> float | None:
    verdict = outcome.run.verdict if outcome.run is not None and outcome.word in DECIDED else None
    known = [p for p in (verdict.p, verdict.p_against) if p is not None] if verdict is not None else []
    return min(known) if known else None


def _alpha(outcome: Outcome) -> float:
    assert outcome.run is not None
    return outcome.run.spec.decide.alpha
