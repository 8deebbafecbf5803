"""The claims of a vault as the page shows them: where each stands by its spec and its ledger; nothing is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker.claims import select_layers
from checker.reports.explain import explanation
from checker.runs.check import still_stands
from checker.runs.outcome import DECIDED, Word
from checker.runs.question import REFERENCE
from checker.runs.survey import Case
from checker.vocabulary import Vocabulary
from checker.writing import numbers
from checker.writing.ledger import Ledger

CONFIDENCE = 0.95  # of the intervals over seeds at each layer
DIGITS = 5


@dataclass(frozen=True)
class Standing:
    """How it stands with a claim: its word, the run that the word comes from if there is one, and why."""

    word: Word
    reason: str
    run: Mapping[str, Any] | None = None
    stale: bool = False

    @property
    def scope(self) -> str:
        return str(self.run["scope"]) if self.run is not None else ""


def standing(case: Case, ledger: Ledger | None, fault: str = "") -> Standing:
    """The status that the next check would find if nothing had to be measured. `fault` is why the ledger cannot be used."""
    if ledger is None:
        return Standing("error", fault)
    runs = [ledger.newest[scope] for scope in ("pretrained", "toy") if scope in ledger.newest]
    leading = next((run for run in runs if run["verdict"]["word"] in DECIDED), None)
    if case.word is not None and case.word != "error":
        return Standing(case.word, case.reason)
    if leading is None:
        return Standing("error" if case.word == "error" else "unchecked", case.reason or "not checked yet")
    if case.word == "error" or case.stale or case.spec is None:
        return Standing(leading["verdict"]["word"], case.reason, leading, stale=True)
    stands = still_stands(leading, case.spec)
    changed = "its spec, code, data or weights have changed since it was checked"
    return Standing(leading["verdict"]["word"], leading["verdict"]["reason"] if stands else changed, leading, not stands)


def row(case: Case, at: Standing) -> dict[str, Any]:
    """A claim in the table."""
    run = at.run
    verdict = run["verdict"] if run else dict.fromkeys(("effect", "low", "high", "seeds", "images"))
    spec = case.spec
    return {
        "id": case.id,
        "statement": case.claim.statement,
        "note": str(case.claim.note.path),
        "line": case.claim.line,
        "word": at.word,
        "scope": at.scope,
        "stale": at.stale,
        "reason": at.reason,
        "metric": spec.metric if spec else "",
        **{name: verdict[name] for name in ("effect", "low", "high", "seeds", "images")},
        "unit": run["effect_unit"] if run else "",
        "lines": verdict.get("lines", []),
        "claimed": run["claimed"] if run else "",
        "from": run["effect_from"] if run else None,
    }


def detail(case: Case, at: Standing, ledger: Ledger, vocabulary: Vocabulary) -> dict[str, Any]:
    """Everything on the page of a claim."""
    told = explanation(case, ledger, vocabulary)
    scopes = [ledger.newest[scope] for scope in ("pretrained", "toy") if scope in ledger.newest]
    return {
        **row(case, at),
        "reading": case.read_as or (at.run["reading"] if at.run else ""),
        "said": case.said_as,
        "edited": case.edited,
        **{name: told[name] for name in ("missing", "choices", "suggestions", "evidence", "would_change_it")},
        "command": f"check-claims check --only {case.id}",
        "plots": [_plots(run, vocabulary) for run in scopes],
        "history": [_past(number, run) for number, run in enumerate(ledger.runs, 1)],
    }


def _past(number: int, run: Mapping[str, Any]) -> dict[str, Any]:
    verdict = run["verdict"]
    return {
        "run": number,
        "scope": run["scope"],
        "word": verdict["word"],
        "effect": numbers.effect(verdict, run["effect_unit"]),
        "interval": numbers.interval(verdict),
        "seeds": verdict["seeds"],
        "key": run["key"],
    }


def _plots(run: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """What is drawn of a run: the effect against the line claimed, and what was measured."""
    verdict = run["verdict"]
    parts = verdict.get("parts") or [{"name": "", **verdict}]
    names = ("name", "word", "effect", "low", "high", "lines")
    metric = vocabulary.metric(run["spec"]["metric"])
    drawn: dict[str, Any] = {
        "scope": run["scope"],
        "effect": {
            "of": run["effect_of"],
            "unit": run["effect_unit"],
            "from": run["effect_from"],
            "claimed": run["claimed"],
            "parts": [{name: part[name] for name in names} for part in parts if part["effect"] is not None],
        },
        "title": metric.title if metric else run["spec"]["metric"],
        "unit": run["unit"],
        "uniform": run.get("uniform"),
        "models": [_model(name, run) for name in [*run["about"], *(n for n in run["values"] if n not in run["about"])]],
        "data": run["data"]["name"],
    }
    depth = len(run["values"][run["about"][0]]["layers"][0])
    if depth > 1:
        chosen = select_layers(run["spec"]["where"]["layers"], depth)
        drawn["layers"] = [min(chosen) + 1, max(chosen) + 1]
    if "other_values" in run:
        other = vocabulary.metric(run["spec"]["other"])
        drawn["other"] = {"title": other.title if other else run["spec"]["other"], "unit": run["other_unit"]}
    if "curve" in verdict:
        drawn["loss"] = verdict["curve"]
    return drawn


def _model(name: str, run: Mapping[str, Any]) -> dict[str, Any]:
    """A model's values: the mean at each layer with an interval over seeds, each seed's mean over what the claim is about."""
    rows = run["values"][name]["layers"]
    model: dict[str, Any] = {
        "name": name,
        "about": name in run["about"],
        "reference": name == REFERENCE,
        "layers": [_over_seeds([row[layer] for row in rows]) for layer in range(len(rows[0]))],
        "seeds": _by_seed(run["values"][name]["images"]),
        "numbers": run["models"][name]["seeds"],
        "left_out": name in run["verdict"].get("left_out", ()),
    }
    if "other_values" in run and name in run["other_values"]:
        model["other"] = _by_seed(run["other_values"][name]["images"])
    return model


def _by_seed(images: Any) -> list[float]:
    """The mean of each seed over images, and over layers where they are kept apart."""
    tables = list(images.values()) if isinstance(images, dict) else [images]
    seeds = min(len(table) for table in tables)
    means = ([value for table in tables for value in table[seed]] for seed in range(seeds))
    return [round(sum(values) / len(values), DIGITS) for values in means]


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
