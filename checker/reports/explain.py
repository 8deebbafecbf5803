"""Why a claim has the word that it has, and what would change it: from its spec and its ledger, nothing is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.claims.language.english import say
from checker.evidence import Ledger, Run
from checker.evidence.strongest import strongest
from checker.runs.case import Case
from checker.runs.decidable import scopes
from checker.runs.evidence import still_stands
from checker.runs.risk import Rests
from checker.scope import Scope, leading_first
from checker.vocabulary import Vocabulary
from checker.words import MARKS
from checker.writing import numbers

P_DIGITS = 4


def explanation(case: Case, ledger: Ledger, vocabulary: Vocabulary, rests: Rests) -> dict[str, Any]:
    """All that is known of a claim, as plain values. `rests`: what each claim of the vault rests on."""
    runs = leading_first(ledger.newest)
    return {
        "id": case.id,
        "statement": case.claim.statement,
        "source": case.claim.place,
        "reading": case.read_as or None,
        "note_says": case.noted_as or None,
        "spec": case.named.as_dict() if case.named else None,
        "edited": case.edited,
        "against": list(case.against),
        "rests_on": list(case.rests_on),
        "supports": sorted(name for name, others in rests.items() if case.id in others),
        "word": case.word,
        "reason": case.reason or None,
        "missing": list(case.reading.missing),
        "choices": list(case.reading.choices),
        "suggestions": list(case.reading.suggestions),
        "evidence": [_evidence(run, case) for run in runs],
        "runs": len(ledger.entries),
        "strongest": _strongest(case, runs, vocabulary),
        "would_change_it": list(_changes(case, runs, vocabulary)),
    }


def _strongest(case: Case, runs: Sequence[Run], vocabulary: Vocabulary) -> str | None:
    """The sentence that the leading evidence does support, where it still stands and the claim is refuted or open."""
    if not runs or case.spec is None or not still_stands(runs[0], case.spec):
        return None
    spec = strongest(runs[0])
    return say(spec, vocabulary, runs[0].scope) if spec else None


def _evidence(run: Run, case: Case) -> dict[str, Any]:
    verdict = run.verdict
    return {
        "scope": run.scope,
        "verdict": verdict.word,
        "fresh": case.spec is not None and not case.stale and still_stands(run, case.spec),
        "effect_of": run.effect_of,
        "effect": verdict.effect,
        "low": verdict.low,
        "high": verdict.high,
        "unit": run.effect_unit,
        "interval": numbers.interval(verdict, run.effect_unit) if verdict.reached else None,
        "claimed": numbers.claimed(run) if verdict.lines else None,
        "seeds": verdict.seeds,
        "images": verdict.images,
        "p": verdict.p,
        "p_against": verdict.p_against,
        "alpha": run.spec.decide.alpha,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "controls": run.controls.counts if run.controls is not None else None,
        "models": list(run.about),
        "data": run.data.name,
        "key": run.key,
    }


def _changes(case: Case, runs: Sequence[Run], vocabulary: Vocabulary) -> Iterator[str]:
    if case.word == "needs spec":
        what = f"what is missing ({', '.join(case.reading.missing)})" if case.reading.missing else "it more plainly"
        yield f"say {what} in the sentence, or put a claim block under it"
    elif case.word == "untestable" and case.reading.suggestions:
        yield f"name something that can be measured: {', '.join(case.reading.suggestions)}"
    elif case.stale:
        yield f"bring claims/{case.id}.yaml up to date with the note, or delete it"
    if case.spec is None or case.word is not None:
        return
    if not runs:
        yield f"check it: check-claims -k {case.id}"
    for run in runs:
        yield from _of_run(run, case)
    scope = Scope.PRETRAINED
    if scope in scopes(case.spec, vocabulary) and not any(run.scope == scope for run in runs):
        yield f"released weights, which lead where there are any: check-claims -k {case.id} --download"


def _of_run(run: Run, case: Case) -> Iterator[str]:
    verdict, unit = run.verdict, run.effect_unit
    if case.spec is None or not still_stands(run, case.spec):
        yield f"{run.scope}: a new run, because its spec, code, data or weights have changed: check-claims -k {case.id}"
        return
    if not verdict.reached:
        yield f"{run.scope}: a model that learns its task ({verdict.reason})"
        return
    if run.controls is not None and run.controls.trust == "contradicted":
        yield f"{run.scope}: a lab that no longer contradicts {', '.join(run.controls.contradict)}: check-claims lab controls"
        return
    end = _near_end(run)
    if verdict.word == "inconclusive":
        looks = [look for look in run.spec.decide.looks if look > verdict.seeds]
        if run.scope.trained_here and looks:
            yield f"{run.scope}: the next look, at {looks[0]} seeds: check-claims -k {case.id} --seeds {looks[0]}"
    elif end is not None and len(verdict.lines) == 1 and not verdict.parts:
        line = verdict.lines[0]
        yield f"{run.scope}: a line claimed beyond {end:.3g} {unit}, where the interval ends; it lies at {line:.3g}"


def _near_end(run: Run) -> float | None:
    """The end of the interval that lies nearest to the line claimed."""
    verdict = run.verdict
    above = run.claimed == "above"
    if verdict.word == "refuted":
        above = not above
    return verdict.low if above else verdict.high


def as_lines(explained: Mapping[str, Any]) -> Iterator[str]:
    """The explanation for people."""
    yield f"{explained['statement']}"
    yield f"  {explained['source']}, ^{explained['id']}"
    yield ""
    if explained["reading"]:
        yield f"Read as: {explained['reading']}."
    if explained["note_says"] and explained["note_says"] != explained["reading"]:
        yield f"The note says: {explained['note_says']}."
    if explained["edited"]:
        yield f"The spec, claims/{explained['id']}.yaml, was edited by a person, so it counts."
    for other in explained["against"]:
        yield f"It cannot hold together with {other}: one of the two is wrong, or needs other conditions."
    for verb, names in (("It rests on", explained["rests_on"]), ("It supports", explained["supports"])):
        if names:
            yield f"{verb}: {', '.join(names)}."
    if explained["word"]:
        yield f"{MARKS[explained['word']]} {explained['word']}: {explained['reason']}"
        for title in ("missing", "choices", "suggestions"):
            if explained[title]:
                yield f"  {title}: {', '.join(explained[title])}"
    elif explained["reason"]:
        yield explained["reason"]
    for one in explained["evidence"]:
        yield ""
        yield f"{MARKS[one['verdict']]} {one['verdict']} · {one['scope']}{'' if one['fresh'] else ' · stale'}: {one['reason']}."
        if one["effect"] is not None:
            effect = f"{one['effect']:.3f} {one['unit']}".rstrip()
            yield f"  {one['effect_of']}: {effect}, interval {one['interval']}; claimed: {one['claimed']}"
            if one["p"] is not None:
                against = f"{one['p_against']:.{P_DIGITS}f}"
                yield f"  p = {one['p']:.{P_DIGITS}f} for the claim, {against} against it; alpha {one['alpha']:g}"
        yield f"  {one['rule']}"
        measured = f"{one['seeds']} seeds, {one['images']} images of {one['data']}"
        yield f"  {', '.join(one['models'])}; {measured}; evidence {one['key']}"
        if one["controls"] is not None:
            yield f"  the lab on other published findings of this sort: {one['controls']}"
    if explained["strongest"]:
        yield ""
        yield f"The evidence does support: {explained['strongest']}."
    if explained["would_change_it"]:
        yield ""
        yield "What would change it:"
        yield from (f"  - {change}" for change in explained["would_change_it"])
