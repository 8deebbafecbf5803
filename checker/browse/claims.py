"""The claims of a vault as the page shows them: where each stands by its spec and its ledger; nothing is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from checker.claims import select_layers
from checker.evidence import Ledger, RecordedPart, RecordedVerdict, Run
from checker.reports.explain import explanation
from checker.reports.standing import Standing
from checker.reports.table import reported
from checker.runs.case import Case
from checker.runs.question import REFERENCE
from checker.runs.risk import Rests
from checker.scope import leading_first
from checker.vocabulary import Vocabulary
from checker.writing import numbers

CONFIDENCE = 0.95  # of the intervals over seeds at each layer
DIGITS = 5


def row(case: Case, at: Standing) -> dict[str, Any]:
    """A claim in the table."""
    run = at.run
    verdict = run.verdict if run else None
    spec = case.spec
    return {
        "id": case.id,
        "statement": case.claim.statement,
        "note": str(case.claim.note.path),
        "line": case.claim.line,
        "word": at.word,
        "scope": at.scope,
        "stale": at.stale,
        "at_risk": list(at.at_risk),
        "reason": at.reason,
        "metric": spec.metric if spec else "",
        "effect": verdict.effect if verdict else None,
        "low": verdict.low if verdict else None,
        "high": verdict.high if verdict else None,
        "seeds": verdict.seeds if verdict else None,
        "images": verdict.images if verdict else None,
        "unit": run.effect_unit if run else "",
        "lines": list(verdict.lines) if verdict else [],
        "claimed": run.claimed if run else "",
        "from": run.effect_from if run else None,
    }


def detail(case: Case, at: Standing, ledger: Ledger, vocabulary: Vocabulary, rests: Rests) -> dict[str, Any]:
    """Everything on the page of a claim."""
    explained = explanation(case, ledger, vocabulary, rests)
    scopes = leading_first(ledger.newest)
    return {
        **row(case, at),
        "reading": case.read_as or (at.run.reading if at.run else ""),
        "said": case.noted_as,
        "edited": case.edited,
        **{name: explained[name] for name in ("missing", "choices", "suggestions", "evidence", "strongest", "would_change_it")},
        **{name: explained[name] for name in ("rests_on", "supports")},
        "reported": reported(case, at.run),
        "command": f"check-claims check --only {case.id}",
        "plots": [_plots(run, vocabulary) for run in scopes],
        "history": [
            _past(number, run, again) for number, (run, again) in enumerate(zip(ledger.runs, ledger.words_again, strict=True), 1)
        ],
    }


def _past(number: int, run: Run, again: str) -> dict[str, Any]:
    verdict = run.verdict
    return {
        "run": number,
        "scope": run.scope,
        "word": verdict.word,
        "again": again,
        "effect": numbers.effect(verdict, run.effect_unit),
        "interval": numbers.interval(verdict),
        "seeds": verdict.seeds,
        "key": run.key,
    }


def _plots(run: Run, vocabulary: Vocabulary) -> dict[str, Any]:
    """What is drawn of a run: the effect against the line claimed, and what was measured."""
    verdict = run.verdict
    whole = [verdict] if verdict.reached else []
    drawn: dict[str, Any] = {
        "scope": run.scope,
        "effect": {
            "of": run.effect_of,
            "unit": run.effect_unit,
            "from": run.effect_from,
            "claimed": run.claimed,
            "parts": [_part(part.name, part) for part in verdict.parts] or [_part("", each) for each in whole],
        },
        "title": _title(run.spec.metric, vocabulary),
        "unit": run.unit,
        "uniform": run.uniform,
        "models": [_model(name, run) for name in [*run.about, *(name for name in run.values if name not in run.about)]],
        "data": run.data.name,
    }
    depth = run.values[run.about[0]].depth
    if depth > 1:
        sides = [select_layers(layers, depth) for layers in (run.spec.where.layers, run.spec.than) if layers]
        drawn["layers"] = [[min(chosen) + 1, max(chosen) + 1] for chosen in sides]
    if run.spec.other is not None:
        drawn["other"] = {"title": _title(run.spec.other, vocabulary), "unit": run.other_unit}
    if verdict.curve is not None:
        drawn["loss"] = verdict.curve.model_dump(mode="json")
    return drawn


def _part(name: str, part: RecordedVerdict | RecordedPart) -> dict[str, Any]:
    numbers = {"effect": part.effect, "low": part.low, "high": part.high, "lines": list(part.lines)}
    return {"name": name, "word": part.word, **numbers}


def _title(name: str, vocabulary: Vocabulary) -> str:
    metric = vocabulary.metric(name)
    return metric.title if metric else name


def _model(name: str, run: Run) -> dict[str, Any]:
    """A model's values: the mean at each layer with an interval over seeds, each seed's mean over what the claim is about."""
    values = run.values[name]
    model: dict[str, Any] = {
        "name": name,
        "about": name in run.about,
        "reference": name == REFERENCE,
        "layers": [_over_seeds([row[layer] for row in values.layers]) for layer in range(values.depth)],
        "seeds": [round(mean, DIGITS) for mean in values.means()],
        "numbers": list(run.models[name].seeds),
        "left_out": name in run.verdict.left_out,
    }
    if name in run.other_values:
        model["other"] = [round(mean, DIGITS) for mean in run.other_values[name].means()]
    return model


def _over_seeds(values: Sequence[float]) -> list[float | None]:
    """(mean, low, high); no interval of one seed."""
    from scipy.special import stdtrit

    count = len(values)
    mean = math.fsum(values) / count
    if count == 1:
        return [round(mean, DIGITS), None, None]
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * math.sqrt(variance / count)
    return [round(mean, DIGITS), round(mean - half, DIGITS), round(mean + half, DIGITS)]
