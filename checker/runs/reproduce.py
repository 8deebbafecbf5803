"""Run again what an evidence file says was run, and compare: its recipe, seeds, data and spec, and nothing that is cached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.errors import MeasurementError
from checker.evidence import Run, Trained, Values
from checker.lab.recipes import Recipe
from checker.lab.sources import SOURCES, Found, Places, Wanted, trained
from checker.runs.bench import Bench, Execute, Options
from checker.runs.evidence import STEADY, evidence
from checker.runs.jobs import Job, TrainJob
from checker.runs.store import Store
from checker.vocabulary import Vocabulary

NOISE = 3.0  # standard errors of a difference of means over seeds, within which models that were trained anew agree


@dataclass(frozen=True)
class Agreement:
    """How far the values of one model came out again: the largest difference and what is allowed, in the unit of the metric."""

    model: str
    difference: float
    allowed: float

    @property
    def holds(self) -> bool:
        return self.difference <= self.allowed


@dataclass(frozen=True)
class Reproduction:
    """A recorded run and its repetition. `changed` names what is not as it was: code, packages, weights."""

    scope: str
    kept: Run
    again: Run
    agreements: tuple[Agreement, ...]
    changed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.kept.verdict.word == self.again.verdict.word and all(found.holds for found in self.agreements)


def reproduce(
    run: Run, store: Store, work: Path, execute: Execute, vocabulary: Vocabulary, root: Path, train: bool
) -> Reproduction:
    """Repeat a run of a ledger in the empty folder `work`. The models are those that ship or are cached; with `train`, toys are
    trained anew from their recorded recipes.

    Raises MeasurementError where a model or a value cannot be had, or the data are not as many images as they were.
    """
    scope, spec = run.scope, run.spec
    needs = {name: [Wanted(name, scope, run.data.name, seed) for seed in model.seeds] for name, model in run.models.items()}
    bench = Bench(Store(work, store.shipped), Options(), execute, root)
    if train and scope.trained_here:
        _train(run, needs, bench)
    else:
        _find(run, needs, store, bench)
    bench.measure([(metric, want) for wants in needs.values() for want in wants for metric in spec.metrics])
    for reason in (*bench.faults.values(), *bench.unmeasured.values(), *bench.absent.values()):
        raise MeasurementError(reason)
    again = evidence(spec, scope, run.look - 1, needs, bench, vocabulary, run.controls)
    if run.data.images != again.data.images:
        raise MeasurementError(f"the run measured {run.data.images} images; now there are {again.data.images}")
    tables = [(run.values, again.values), (run.other_values, again.other_values)]
    agreements = [_agreement(name, kept[name], now[name], train) for kept, now in tables for name in kept]
    return Reproduction(scope, run, again, tuple(agreements), tuple(_changes(run, again)))


def _train(run: Run, needs: Mapping[str, Sequence[Wanted]], bench: Bench) -> None:
    jobs: dict[Job, Wanted] = {}
    for name, wants in needs.items():
        recipe = _recipe(run, name)
        for want in wants:
            jobs[
                TrainJob(f"train {want}, on {want.data}", recipe, want.seed, bench.store.models / recipe.file_name(want.seed))
            ] = want
    for job, fault in bench.execute(list(jobs)).items():
        assert isinstance(job, TrainJob)
        if fault is not None:
            raise MeasurementError(f"{jobs[job]}: {fault}")
        bench.models[jobs[job]] = trained(job.out)


def _find(run: Run, needs: Mapping[str, Sequence[Wanted]], store: Store, bench: Bench) -> None:
    """Have the very weights that the run was made on."""
    for name, wants in needs.items():
        for want, weights in zip(wants, run.models[name].weights, strict=True):
            found = _toy(_recipe(run, name), want, store) if want.scope.trained_here else _given(want, bench)
            if found.weights != weights:
                raise MeasurementError(f"{want}: these are not the weights of the run ({found.weights}, not {weights})")
            bench.models[want] = found


def _recipe(run: Run, name: str) -> Recipe:
    model = run.models[name]
    assert isinstance(model, Trained)
    return model.recipe


def _toy(recipe: Recipe, want: Wanted, store: Store) -> Found:
    path = store.model(recipe, want.seed)
    if path is None:
        raise MeasurementError(f"{want}: neither ships nor is cached; --train trains it from its recorded recipe")
    return trained(path)


def _given(want: Wanted, bench: Bench) -> Found:
    source = SOURCES[want.scope]
    found = source.find(want, Places(bench.root, runs=bench.store.runs)) if source.has(want.name) else None
    if found is None:
        raise MeasurementError(f"no model is called {want.name!r} here")
    return found


def _agreement(name: str, kept: Values, again: Values, trained: bool) -> Agreement:
    """The means over images, row by row: seed by seed for the same models; on average over seeds, allowing for what seeds
    differ by, for models that were trained anew."""
    import numpy as np

    old, new = np.asarray(kept.layers), np.asarray(again.layers)  # (seeds, rows)
    rounding = STEADY * float(np.abs(old).max())
    if not trained:
        return Agreement(name, float(np.abs(old - new).max()), rounding)
    difference = np.abs(old.mean(0) - new.mean(0))
    spread = old.std(0, ddof=1) if len(old) > 1 else np.zeros_like(difference)
    allowed = NOISE * spread * np.sqrt(2 / len(old)) + rounding
    worst = int((difference - allowed).argmax())
    return Agreement(name, float(difference[worst]), float(allowed[worst]))


def _changes(run: Run, again: Run) -> list[str]:
    code, now = run.code.model_dump(exclude_none=True), again.code.model_dump(exclude_none=True)
    differences = [f"the code of the {part}" for part in now if code.get(part) != now[part]]
    differences += [
        f"{name} {run.packages.get(name)} is {installed} now"
        for name, installed in again.packages.items()
        if run.packages.get(name) != installed
    ]
    differences += [f"Python {run.python} is {again.python} now"] if run.python != again.python else []
    differences += [f"{run.device} is {again.device} now"] if run.device != again.device else []
    differences += [f"the weights of {name}" for name, model in again.models.items() if run.models[name].weights != model.weights]
    return differences
