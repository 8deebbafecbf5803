"""Outcomes as a table for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from checker.evidence import Run
from checker.evidence.reported import comparison
from checker.reports.many import Corrected
from checker.reports.text import clean
from checker.runs.case import Case
from checker.runs.outcome import Outcome
from checker.runs.project import Project
from checker.words import DECIDED
from checker.writing import numbers, status_of

SCHEMA = 1
STYLES = {"supported": "green", "refuted": "red", "inconclusive": "yellow", "error": "bold red"}


def outcome_table(outcomes: Sequence[Outcome]) -> Table:
    """One row a claim: mark and word, sentence, effect with interval, seeds, where it stands; the reason where it is needed."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("status", no_wrap=True)
    table.add_column("claim", ratio=3, overflow="fold")
    table.add_column("effect \\[interval]", no_wrap=True)
    table.add_column("seeds", justify="right")
    table.add_column("where", overflow="fold")
    for outcome in outcomes:
        claim = outcome.case.claim
        status = Text(status_of(outcome).text, style=STYLES.get(outcome.word, ""))
        sentence = Text(clean(claim.statement))
        for other in outcome.others:
            differs = ", which disagrees" if outcome.disagrees and other.word in ("supported", "refuted") else ""
            sentence.append(f"\nalso {status_of(other).text}{differs}", style="dim")
        for against in outcome.case.against:
            sentence.append(f"\ncannot hold together with {against}", style="yellow")
        if outcome.at_risk:
            sentence.append(f"\nat risk: it rests on {', '.join(outcome.at_risk)}, refuted or stale", style="yellow")
        if outcome.word not in ("supported", "refuted") or outcome.stale:
            sentence.append(f"\n{clean(outcome.reason)}", style="dim")
        table.add_row(status, sentence, *_numbers(outcome), Text(clean(claim.place), style="dim"))
    return table


def _numbers(outcome: Outcome) -> tuple[str, str]:
    if outcome.run is None or outcome.word not in DECIDED:
        return "", ""
    verdict = outcome.run.verdict
    if not verdict.reached:
        return "", str(verdict.seeds)
    effect = numbers.effect(verdict, outcome.run.effect_unit, "+.2f")
    return f"{effect} \\[{numbers.interval(verdict, '', '+.2f', ', ')}]", str(verdict.seeds)


def summary(outcomes: Sequence[Outcome], faults: int = 0) -> str:
    """How many claims of each word, most telling first. `faults` counts the tagged places that a person has to mend first."""
    words = ["supported", "refuted", "inconclusive", "needs spec", "untestable", "error", "unchecked"]
    counts = {word: sum(outcome.word == word for outcome in outcomes) for word in words}
    parts = [f"{count} {word}" for word, count in counts.items() if count]
    stale = sum(outcome.stale for outcome in outcomes)
    if stale:
        parts.append(f"{stale} stale")
    if outcomes:
        return f"{len(outcomes)} claims: {', '.join(parts)}"
    if faults:
        places = f"{faults} places have" if faults > 1 else "a place has"
        return f"no claim was checked; {places} to be fixed first, see above"
    return "no sentence is tagged #claim here"


def measured(outcomes: Sequence[Outcome], seed: int | None) -> str:
    """How many claims with evidence were measured on this machine, and how many are as recorded; empty without any. `seed`: that
    of the spot check which was drawn."""
    decided = [outcome for outcome in outcomes if outcome.run is not None and outcome.word in DECIDED]
    if not decided:
        return ""
    here = sum(outcome.measured for outcome in decided)
    spot = "" if seed is None else f"; spot check drawn with --spot-seed {seed}"
    return f"{here} of {len(decided)} measured here, {len(decided) - here} recorded{spot}"


def next_look(outcomes: Sequence[Outcome]) -> int | None:
    """The fewest seeds at which an inconclusive claim would be looked at again."""
    looks = [
        look
        for outcome in outcomes
        if outcome.word == "inconclusive" and outcome.case.spec and outcome.run and outcome.run.scope.trained_here
        for look in outcome.case.spec.decide.looks
        if outcome.run.verdict.reached and not outcome.run.barred and look > outcome.run.verdict.seeds
    ]
    return min(looks, default=None)


def as_json(
    outcomes: Sequence[Outcome],
    project: Project,
    problems: Sequence[str],
    written: Sequence[str],
    many: Mapping[str, Corrected],
) -> dict[str, Any]:
    """The promised object; see the manual. Numbers are null where there is no evidence. `many` is what the number of claims in
    the vault does to each, where all of them were checked."""
    return {
        "schema": SCHEMA,
        "claims": [_claim(outcome, project, many.get(outcome.case.id)) for outcome in outcomes],
        "problems": list(problems),
        "written": list(written),
    }


def _claim(outcome: Outcome, project: Project, among: Corrected | None) -> dict[str, Any]:
    case = outcome.case
    run = outcome.run if outcome.word in DECIDED else None
    verdict = run.verdict if run else None
    return {
        "id": case.id,
        "statement": case.claim.statement,
        "source": case.claim.place,
        "status": outcome.word,
        "scope": outcome.scope or None,
        "fresh": not outcome.stale and outcome.word != "unchecked",
        "effect": verdict.effect if verdict else None,
        "low": verdict.low if verdict else None,
        "high": verdict.high if verdict else None,
        "unit": run.effect_unit if run else None,
        "seeds": verdict.seeds if verdict else None,
        "images": verdict.images if verdict else None,
        "q": among.q if among else None,
        "family_p": among.family_p if among else None,
        "reason": outcome.reason,
        "evidence": _taken(outcome) if run else None,
        "controls": _controls(run) if run else None,
        "reading": run.reading if run else None,
        "spec": str(project.spec(case.id)) if case.spec is not None else None,
        "beside": [
            {
                **{"scope": other.scope, "status": other.word, "fresh": not other.stale},
                **_numbers_of(other),
                **{"reason": other.reason, "evidence": _taken(other)},
            }
            for other in outcome.others
        ],
        "disagrees": outcome.disagrees,
        "against": list(case.against),
        "rests_on": list(case.rests_on),
        "at_risk": list(outcome.at_risk),
        "strongest": outcome.strongest or None,
        "reported": reported(case, run),
    }


def _taken(outcome: Outcome) -> str:
    return "measured" if outcome.measured else "recorded"


def _controls(run: Run) -> dict[str, Any] | None:
    """The published findings that a toy verdict is held to, by how the lab answers them."""
    if run.controls is None:
        return None
    return {**run.controls.model_dump(mode="json", include={"agree", "contradict", "open"}), "trust": run.controls.trust}


def reported(case: Case, run: Run | None) -> list[dict[str, Any]]:
    """The numbers that papers report of a claim, and how each stands to what was measured."""
    return [
        {"key": each.key, "source": source, "where": each.where, "number": each.text, "beside": comparison(each, run)}
        for each, source in case.reported
    ]


def _numbers_of(outcome: Outcome) -> dict[str, Any]:
    assert outcome.run is not None
    verdict = outcome.run.verdict
    return {"effect": verdict.effect, "low": verdict.low, "high": verdict.high, "unit": outcome.run.effect_unit}
