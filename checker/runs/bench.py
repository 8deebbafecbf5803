"""The models and measurements of one run, each made once however many claims want it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from checker.errors import AbsentError, MeasurementError
from checker.lab.measure import Measurement
from checker.lab.recipes import Recipe
from checker.lab.sources import SOURCES, Found, Places, Wanted, trained
from checker.runs.executor import SPENT
from checker.runs.folder import JobFolder
from checker.runs.jobs import CommandJob, Job, MeasureJob, TrainJob
from checker.runs.store import Details, Kept, Store
from checker.scope import Scope

Execute = Callable[[Sequence[Job]], Mapping[Job, str | None]]  # runs jobs; what went wrong with each
Fetch = Callable[[str], None]  # gets the released weights of a model by name; raises MeasurementError


@dataclass(frozen=True)
class Options:
    """`seeds`: the most seeds a model may have, trained where they are missing; None: the first look, and further ones as far as
    all their models are here, or as far as the budget goes. `fresh`: use no model that exists already. `until`: when, by the
    monotonic clock, the budget is spent that `workers` may use."""

    seeds: int | None = None
    fresh: bool = False
    until: float | None = None
    workers: int = 1


@dataclass
class Bench:
    """`models` and `values` as they come to exist; `faults` says why a model does not and `unmeasured` why a value
    does not, `absent` which models are not on this machine and what would get them. `repeats` says for a metric in a
    scope how far measuring twice went apart, as a share. A job that the budget did not reach leaves nothing in any of them."""

    store: Store
    options: Options
    execute: Execute
    root: Path = Path()
    fetch: Fetch | None = None
    models: dict[Wanted, Found] = field(default_factory=dict)
    values: dict[tuple[str, Wanted], Kept] = field(default_factory=dict)
    faults: dict[Wanted, str] = field(default_factory=dict)
    unmeasured: dict[tuple[str, Wanted], str] = field(default_factory=dict)
    absent: dict[Wanted, str] = field(default_factory=dict)
    repeats: dict[tuple[str, Scope], float] = field(default_factory=dict)

    def have(self, wanted: Sequence[Wanted]) -> None:
        """Have every model in `models`, `faults` or `absent`."""
        self._train([want for want in dict.fromkeys(wanted) if not self._known(want) and not self._find(want)])

    def here(self, wanted: Sequence[Wanted]) -> bool:
        """Whether nothing has to be trained for these models."""
        return all(not want.scope.trained_here or want in self.models or self._is_found(want) for want in wanted)

    def missing(self, wanted: Sequence[tuple[str, Wanted]]) -> list[tuple[str, Wanted]]:
        """Those (metric, model) pairs for which something would have to be run. Nothing is run."""
        return [(metric, want) for metric, want in dict.fromkeys(wanted) if not self._kept_already(metric, want)]

    def _kept_already(self, metric: str, want: Wanted) -> bool:
        if (metric, want) in self.values or (metric, want) in self.unmeasured or want in self.faults or want in self.absent:
            return True
        if want not in self.models and not self._find(want):
            return False
        if want not in self.models or self._known_value(metric, want):
            return True
        return _measures(metric, want) and self._kept(metric, want).exists()

    def _known(self, want: Wanted) -> bool:
        return want in self.models or want in self.faults or want in self.absent

    def _is_found(self, want: Wanted) -> bool:
        self._find(want)
        return want in self.models

    def _find(self, want: Wanted) -> bool:
        """Ask the source for a model and note what it says; False for one that has to be trained first."""
        try:
            found = SOURCES[want.scope].find(want, self._places)
        except AbsentError as error:
            self.absent[want] = str(error)
        except MeasurementError as error:
            self.faults[want] = str(error)
        else:
            if found is None:
                return False
            self.models[want] = found
        return True

    @property
    def _places(self) -> Places:
        return Places(self.root, self._stored, self.fetch, self.store.runs)

    def _stored(self, recipe: Recipe, seed: int) -> Path | None:
        return self.store.model(recipe, seed, self.options.fresh)

    def _known_value(self, metric: str, want: Wanted) -> bool:
        """Take a value that the source of a model knows without measuring, or note why there can be none; whether that is so."""
        try:
            values = SOURCES[want.scope].known(metric, want, self._places)
        except AbsentError as error:
            self.absent[want] = str(error)
            return True
        except MeasurementError as error:
            self.unmeasured[metric, want] = str(error)
            return True
        if values is None:
            return False
        found = Measurement(metric, self.models[want].weights, values, None)
        self.values[metric, want] = Kept.of(found, Details(subject=want.kind, data=want.data))
        return True

    def _train(self, wanted: Sequence[Wanted]) -> None:
        jobs: dict[Job, Wanted] = {}
        for want in wanted:
            recipe = SOURCES[want.scope].recipe(want.name, want.data)
            folder = self.store.fresh if self.options.fresh else self.store.models
            out = folder / recipe.file_name(want.seed)
            jobs[TrainJob(f"train {want} on {want.data}", recipe, want.seed, out)] = want
        for job, fault in self.execute(list(jobs)).items() if jobs else ():
            if fault is not None:
                if fault != SPENT:
                    self.faults[jobs[job]] = fault
            else:
                assert isinstance(job, TrainJob)
                self.models[jobs[job]] = trained(job.out)

    def measure(self, wanted: Sequence[tuple[str, Wanted]]) -> None:
        """Have every (metric, model) whose model exists in `values` or `unmeasured`: one job a model, for all its metrics."""
        missing: dict[Wanted, list[str]] = {}
        runs: list[tuple[str, Wanted]] = []
        for metric, want in dict.fromkeys(wanted):
            known = (metric, want) in self.values or (metric, want) in self.unmeasured
            if known or want not in self.models:
                continue
            if self._known_value(metric, want):
                continue
            if not _measures(metric, want):
                runs.append((metric, want))
            elif not self._read(metric, want):
                missing.setdefault(want, []).append(metric)
        self._run(runs)
        lost = self._measure(missing)
        for want, metrics in lost.items():  # a crash takes all metrics of a job along: find out whose it was
            for metric in metrics:
                self._measure({want: [metric]})

    def _run(self, runs: Sequence[tuple[str, Wanted]]) -> None:
        """Run the commands that give these values, and note what came of it."""
        jobs: dict[Job, tuple[str, Wanted]] = {}
        for metric, want in runs:
            run = SOURCES[want.scope].run(metric, want)
            jobs[CommandJob(f"run {want.data} for {want}", run, want, self.store.runs / run.address)] = (metric, want)
        for job, fault in self.execute(list(jobs)).items() if jobs else ():
            if fault == SPENT:
                continue
            pair = jobs[job]
            if fault is not None:
                log = JobFolder(self.store.jobs / job.key).log
                self.unmeasured[pair] = fault + (f"; its log is {log}" if log.exists() else "")
            elif not self._known_value(*pair):
                self.unmeasured[pair] = "what the command gave was lost"

    def _read(self, metric: str, want: Wanted, fault: str | None = None) -> bool:
        """Take a kept measurement, or note why there is none, if there is a reason; whether it is settled."""
        try:
            values = self.store.kept(metric, self.models[want].weights, want.data, _device_for(want))
        except MeasurementError as error:
            values, fault = None, str(error)
        if values is not None:
            self.values[metric, want] = values
            self.unmeasured.pop((metric, want), None)
            if values.details.repeated is not None:
                key = metric, want.scope
                self.repeats[key] = max(self.repeats.get(key, 0.0), values.details.repeated)
        elif fault is not None:
            self.unmeasured[metric, want] = fault
        return values is not None or fault is not None

    def _measure(self, missing: Mapping[Wanted, Sequence[str]]) -> dict[Wanted, list[str]]:
        """Run one job a model and note what came of it; the metrics of those jobs that wanted several and gave none."""
        jobs: dict[Job, Wanted] = {}
        repeated = set(self.repeats)
        for want, metrics in missing.items():
            outs = tuple((metric, self._kept(metric, want)) for metric in metrics)
            title = f"measure {', '.join(metrics)} of {want}, on {want.data}"
            again = tuple(metric for metric in metrics if (metric, want.scope) not in repeated)  # one model of each will do
            repeated |= {(metric, want.scope) for metric in again}
            found = self.models[want]
            jobs[MeasureJob(title, found.file, want, outs, found.weights, again)] = want
        lost = {}
        for job, fault in self.execute(list(jobs)).items() if jobs else ():
            assert isinstance(job, MeasureJob)
            want = jobs[job]
            why = None if fault == SPENT else fault or "the measurement was lost"
            settled = [metric for metric, _ in job.outs if self._read(metric, want, why)]
            if settled and len(job.outs) > 1 and not any((metric, want) in self.values for metric in settled):
                lost[want] = settled
        return lost

    def _kept(self, metric: str, want: Wanted) -> Path:
        return self.store.measurement(metric, self.models[want].weights, want.data, _device_for(want))


def _measures(metric: str, want: Wanted) -> bool:
    return SOURCES[want.scope].of((metric,)).measures


def _device_for(want: Wanted) -> str:
    """Where a model is measured: toys never leave the CPU."""
    return "cpu" if want.scope.trained_here else _device()


@cache
def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
