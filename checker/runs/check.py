"""From cases to outcomes: which models and measurements are needed, each once, and what they decide."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from checker.claims import ClaimSpec, select_layers
from checker.errors import CheckerError, MeasurementError, SpecError
from checker.lab.checkpoints import Card, read_card
from checker.lab.measure import IMAGES, Measurement
from checker.lab.models import MODELS
from checker.runs.jobs import Job, MeasureJob, TrainJob
from checker.runs.outcome import Outcome, Word
from checker.runs.store import Store, code_hash, data_code, metric_code, read_measurement
from checker.runs.survey import Case, say_spec
from checker.verdicts import Verdict, compare
from checker.vocabulary import Vocabulary

REFERENCE = "random initialisation"  # measured beside every pair, and drawn in every plot
DIGITS = 4  # decimals of the kept values; the verdict is computed from the kept ones

Execute = Callable[[Sequence[Job]], Mapping[Job, str | None]]  # runs jobs; what went wrong with each


@dataclass(frozen=True)
class Options:
    """`seeds`: the most seeds a model may have; looks beyond are not taken. `fresh`: use no model that exists already."""

    seeds: int = 3
    fresh: bool = False


@dataclass
class Bench:
    """The models and measurements of one run, as they come to exist; `faults` tells why one does not."""

    store: Store
    options: Options
    execute: Execute
    cards: dict[tuple[str, int], tuple[Path, Card]] = field(default_factory=dict)
    values: dict[tuple[str, str, str, int], Measurement] = field(default_factory=dict)
    faults: dict[tuple[str, int], str] = field(default_factory=dict)

    def train(self, wanted: Sequence[tuple[str, int]]) -> None:
        """Have every (model, seed) in `cards` or `faults`."""
        jobs: dict[Job, tuple[str, int]] = {}
        for name, seed in dict.fromkeys(wanted):
            recipe = MODELS[name].recipe
            if (name, seed) in self.cards or (name, seed) in self.faults:
                continue
            path = self._kept(name, seed)
            if path is not None:
                self.cards[name, seed] = path, read_card(path)
                continue
            folder = self.store.fresh if self.options.fresh else self.store.models
            out = folder / recipe.file_name(seed)
            jobs[TrainJob(f"train {name}, seed {seed}", recipe, seed, out)] = name, seed
        for job, fault in self.execute(list(jobs)).items() if jobs else ():
            if fault is not None:
                self.faults[jobs[job]] = fault
            else:
                self.cards[jobs[job]] = job.out, read_card(job.out)

    def _kept(self, name: str, seed: int) -> Path | None:
        try:
            return self.store.model(MODELS[name].recipe, seed, self.options.fresh)
        except MeasurementError:
            return None  # damaged: trained again

    def measure(self, wanted: Sequence[tuple[str, str, str, int]]) -> None:
        """Have every (metric, data, model, seed) whose model exists in `values` or `faults`."""
        measurements: dict[Job, tuple[str, str, str, int]] = {}
        for metric, data, name, seed in dict.fromkeys(wanted):
            if (metric, data, name, seed) in self.values or (name, seed) not in self.cards:
                continue
            path, card = self.cards[name, seed]
            kept = self.store.measurement(metric, card, data)
            values = read_measurement(kept)
            if values is not None:
                self.values[metric, data, name, seed] = values
            else:
                wish = MeasureJob(f"measure {metric} of {name}, seed {seed}", metric, path, data, kept)
                measurements[wish] = metric, data, name, seed
        for job, fault in self.execute(list(measurements)).items() if measurements else ():
            values = read_measurement(job.out) if fault is None else None
            if values is None:
                self.faults[measurements[job][2:]] = fault or "the measurement was lost"
            else:
                self.values[measurements[job]] = values


def check(cases: Sequence[Case], bench: Bench, vocabulary: Vocabulary, last: Mapping[str, Mapping[str, Any]]) -> list[Outcome]:
    """Decide every case that can be decided. `last` maps ids to the newest run of their ledger.

    Looks are taken in order, and only while a claim is undecided and its next look is within `options.seeds`.
    """
    outcomes: dict[str, Outcome] = {}
    undecided: list[Case] = []
    for case in cases:
        if case.word is not None or case.stale or case.spec is None:
            outcomes[case.id] = _without_run(case, last.get(case.id))
        else:
            undecided.append(case)
    look = 0
    while undecided:
        needs = {case.id: _needs(case, look, bench.options, vocabulary) for case in undecided}
        bench.train([(name, seed) for need in needs.values() for _, _, name, seed in need])
        bench.measure([want for need in needs.values() for want in need])
        still = []
        for case in undecided:
            outcome = _decide(case, look, needs[case.id], bench, vocabulary, last.get(case.id))
            outcomes[case.id] = outcome
            assert case.spec is not None
            looks = case.spec.decide.looks
            more = look + 1 < len(looks) and looks[look + 1] <= bench.options.seeds
            if more and _undecided(outcome):
                still.append(case)
        undecided, look = still, look + 1
    return [outcomes[case.id] for case in cases]


def _undecided(outcome: Outcome) -> bool:
    """Whether more seeds could still change the word: not after a failure, nor where a model is not competent."""
    if outcome.word != "inconclusive" or outcome.stale or outcome.run is None:
        return False
    return outcome.run["verdict"]["low"] is not None


def _without_run(case: Case, run: Mapping[str, Any] | None) -> Outcome:
    if case.stale or case.word == "error":
        word: Word = run["verdict"]["word"] if run else ("error" if case.word == "error" else "unchecked")
        stale = case.stale or run is not None
        return Outcome(case, word, case.reason, stale=stale, failed=case.word == "error", run=run)
    assert case.word is not None
    return Outcome(case, case.word, case.reason)


def _seeds(spec: ClaimSpec, look: int, options: Options) -> int:
    """Seeds of a look; when even the first one asks for more than there may be, as many as there may be."""
    return spec.decide.looks[look] if look else min(spec.decide.looks[0], options.seeds)


def _needs(case: Case, look: int, options: Options, vocabulary: Vocabulary) -> list[tuple[str, str, str, int]]:
    spec = case.spec
    assert spec is not None and spec.baseline is not None
    data = vocabulary.data_name(spec.where.data)
    names = dict.fromkeys((spec.subject, spec.baseline, REFERENCE))
    return [(spec.metric, data, name, seed) for name in names for seed in range(_seeds(spec, look, options))]


def _decide(
    case: Case,
    look: int,
    need: Sequence[tuple[str, str, str, int]],
    bench: Bench,
    vocabulary: Vocabulary,
    last: Mapping[str, Any] | None,
) -> Outcome:
    spec = case.spec
    assert spec is not None and spec.baseline is not None and spec.relation is not None
    faults = [f"{name}, seed {seed}: {bench.faults[name, seed]}" for _, _, name, seed in need if (name, seed) in bench.faults]
    if faults:
        return _failure(case, faults[0], last)
    if any(want not in bench.values for want in need):
        word: Word = last["verdict"]["word"] if last else "unchecked"
        return Outcome(case, word, "not measured yet", run=last, stale=last is not None, pending=True)
    try:
        run = _run(spec, look, need, bench, vocabulary)
    except SpecError as error:
        return Outcome(case, "untestable", str(error))
    except CheckerError as error:
        return _failure(case, str(error), last)
    if last is not None and _goes_deeper(last, run):
        run = dict(last)
    return Outcome(case, run["verdict"]["word"], run["verdict"]["reason"], run=run)


def _failure(case: Case, reason: str, last: Mapping[str, Any] | None) -> Outcome:
    """An error is never a verdict: the last good one stays, marked stale."""
    word: Word = last["verdict"]["word"] if last else "error"
    return Outcome(case, word, reason, stale=last is not None, failed=True, run=last)


def _goes_deeper(last: Mapping[str, Any], run: Mapping[str, Any]) -> bool:
    """Whether `last` answers the same question from the same models and more seeds of them: then it stands."""
    if last["look"] <= run["look"] or last["spec"] != run["spec"] or last["code"] != run["code"]:
        return False
    return all(last["models"][name]["weights"][: len(now["weights"])] == now["weights"] for name, now in run["models"].items())


def _run(
    spec: ClaimSpec, look: int, need: Sequence[tuple[str, str, str, int]], bench: Bench, vocabulary: Vocabulary
) -> dict[str, Any]:
    """The evidence of one look: what was measured, on what, and what the rule makes of it."""
    import numpy as np

    assert spec.baseline is not None and spec.relation is not None
    metric, data = need[0][0], need[0][1]
    word = vocabulary.metric(metric)
    assert word is not None
    values: dict[str, dict[str, Any]] = {}
    models: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(name for _, _, name, _ in need):
        seeds = [seed for _, _, other, seed in need if other == name]
        cards = [bench.cards[name, seed][1] for seed in seeds]
        stack = np.stack([bench.values[metric, data, name, seed].values for seed in seeds])  # (seeds, blocks, images)
        chosen = select_layers(spec.where.layers, stack.shape[1])
        values[name] = {
            "layers": stack.mean(2).round(DIGITS).tolist(),
            "images": stack[:, chosen].mean(1).round(DIGITS).tolist(),
        }
        models[name] = _provenance(cards)
    subject, baseline = (np.asarray(values[name]["images"]) for name in (spec.subject, spec.baseline))
    margin = spec.margin.value * (abs(float(baseline.mean())) if spec.margin.unit == "relative" else 1.0)
    gate = [
        f"{name}, seed {seed}: {card.fault}"
        for name in (spec.subject, spec.baseline)
        for seed in range(len(subject))
        if (card := bench.cards[name, seed][1]).fault
    ]
    verdict: dict[str, Any]
    if gate:
        verdict = _not_competent(float(subject.mean() - baseline.mean()), margin, subject.shape, gate[0])
    else:
        decided = compare(subject, baseline, spec.relation, margin, spec.decide.alpha, len(spec.decide.looks))
        verdict = _as_dict(decided)
    fields = spec.model_dump(
        mode="json", include={"kind", "metric", "subject", "baseline", "relation", "margin", "where", "scope", "decide"}
    )
    code = {
        "metric": metric_code(metric),
        "data": data_code(data),
        "decision": code_hash("checker.verdicts.compare", "checker.claims.layers"),
    }
    inputs = {
        "spec": fields,
        "code": code,
        "weights": {name: model["weights"] for name, model in models.items()},
        "images": IMAGES,
    }
    return {
        "key": hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24],
        "reading": say_spec(spec, vocabulary),
        "spec": fields,
        "spec_hash": spec.hash(),
        "scope": "toy",
        "look": look + 1,
        "unit": word.unit,
        "uniform": round(bench.values[need[0]].uniform, DIGITS),
        "code": code,
        "packages": {name: version(name) for name in ("check-claims", "torch", "timm", "numpy", "scipy")},
        "python": platform.python_version(),
        "device": "cpu",
        "dtype": "float32, weights kept in float16",
        "data": {"name": data, "split": "measure", "images": IMAGES},
        "models": models,
        "values": values,
        "verdict": verdict,
    }


def _provenance(cards: Sequence[Card]) -> dict[str, Any]:
    return {
        "recipe": cards[0].recipe.as_dict(),
        "seeds": [card.seed for card in cards],
        "weights": [card.weights for card in cards],
        "own_loss": [[card.before.own_loss, card.after.own_loss] for card in cards],
        "probe": [[round(card.before.best, DIGITS), round(card.after.best, DIGITS)] for card in cards],
        "images_seen": cards[0].images_seen,
        "cpu_seconds": [card.cpu_seconds for card in cards],
    }


def _as_dict(verdict: Verdict) -> dict[str, Any]:
    numbers = {name: round(getattr(verdict, name), DIGITS) for name in ("effect", "low", "high", "margin", "confidence")}
    return {
        "word": verdict.word,
        **numbers,
        "seeds": verdict.seeds,
        "images": verdict.images,
        "seeds_needed": verdict.seeds_needed,
        "rule": verdict.rule,
        "reason": verdict.reason,
    }


def _not_competent(effect: float, margin: float, shape: tuple[int, ...], why: str) -> dict[str, Any]:
    return {
        "word": "inconclusive",
        "effect": round(effect, DIGITS),
        "low": None,
        "high": None,
        "margin": round(margin, DIGITS),
        "confidence": None,
        "seeds": shape[0],
        "images": shape[1],
        "seeds_needed": None,
        "rule": "no verdict rests on a model that has not learned its task",
        "reason": f"model not competent: {why}",
    }
