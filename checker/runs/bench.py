"""The models and measurements of one run, each made once however many claims want it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from checker.errors import MeasurementError, NewerError, TrainedOtherwiseError
from checker.lab import pretrained
from checker.lab.checkpoints import Card, read_card
from checker.lab.models import find_model
from checker.runs.executor import SPENT
from checker.runs.jobs import Job, MeasureJob, TrainJob
from checker.runs.store import Kept, Store
from checker.vocabulary import Scope

Execute = Callable[[Sequence[Job]], Mapping[Job, str | None]]  # runs jobs; what went wrong with each
Fetch = Callable[[str], None]  # gets the released weights of a model by name; raises MeasurementError


@dataclass(frozen=True)
class Wanted:
    """One model that a claim needs: a toy trained on `data` from `seed`, or the one checkpoint that was released."""

    name: str
    scope: Scope
    data: str
    seed: int = 0

    def __str__(self) -> str:
        return f"{self.name}, seed {self.seed}" if self.scope == "toy" else f"{self.name}, released weights"


@dataclass(frozen=True)
class Found:
    """A model that is here: its file, the hash of its weights, and its card where it was trained here."""

    file: Path
    weights: str
    card: Card | None = None


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
    """`models` and `values` as they come to exist; `faults` tells why a model does not and `unmeasured` why a value
    does not, `absent` which released weights are not on this machine and what would get them. `repeats` tells for a metric in a
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
        missing = [want for want in dict.fromkeys(wanted) if not self._known(want)]
        self._find_released([want for want in missing if want.scope == "pretrained"])
        self._train([want for want in missing if want.scope == "toy"])

    def here(self, wanted: Sequence[Wanted]) -> bool:
        """Whether nothing has to be trained for these models."""
        return all(want.scope == "pretrained" or want in self.models or self._stored(want) is not None for want in wanted)

    def missing(self, wanted: Sequence[tuple[str, Wanted]]) -> list[tuple[str, Wanted]]:
        """Those (metric, model) pairs for which something would have to be run. Nothing is run."""
        return [(metric, want) for metric, want in dict.fromkeys(wanted) if not self._kept_already(metric, want)]

    def _kept_already(self, metric: str, want: Wanted) -> bool:
        if (metric, want) in self.values or (metric, want) in self.unmeasured or want in self.faults or want in self.absent:
            return True
        if want not in self.models:
            if want.scope == "pretrained":
                self._find_released([want])
                return want not in self.models or self._kept_already(metric, want)
            path = self._stored(want)
            if path is None:
                return False
            self.models[want] = _found(path)
        return self._kept(metric, want).exists()

    def _stored(self, want: Wanted) -> Path | None:
        """The file of a toy that ships or is cached; None for one that is missing or damaged."""
        model = find_model(want.name)
        assert model is not None, want.name
        try:
            return self.store.model(model.recipe_on(want.data), want.seed, self.options.fresh)
        except (NewerError, TrainedOtherwiseError) as error:
            self.faults[want] = str(error)
            return None

    def _known(self, want: Wanted) -> bool:
        return want in self.models or want in self.faults or want in self.absent

    def _find_released(self, wanted: Sequence[Wanted]) -> None:
        for want in wanted:
            model = find_model(want.name)
            assert model is not None, want.name
            try:
                path = pretrained.locate(model, self.root)
                if path is None and self.fetch is not None and model.local is None:
                    self.fetch(want.name)
                    path = pretrained.locate(model, self.root)
                if path is None:
                    self.absent[want] = pretrained.absent(model)
                else:
                    self.models[want] = Found(path, pretrained.identity(model, path))
            except MeasurementError as error:
                self.faults[want] = str(error)

    def _train(self, wanted: Sequence[Wanted]) -> None:
        jobs: dict[Job, Wanted] = {}
        for want in wanted:
            path = self._stored(want)
            if path is not None:
                self.models[want] = _found(path)
            if path is not None or want in self.faults:
                continue
            model = find_model(want.name)
            assert model is not None, want.name
            recipe = model.recipe_on(want.data)
            folder = self.store.fresh if self.options.fresh else self.store.models
            out = folder / recipe.file_name(want.seed)
            jobs[TrainJob(f"train {want} on {want.data}", recipe, want.seed, out)] = want
        for job, fault in self.execute(list(jobs)).items() if jobs else ():
            if fault is not None:
                if fault != SPENT:
                    self.faults[jobs[job]] = fault
            else:
                assert isinstance(job, TrainJob)
                self.models[jobs[job]] = _found(job.out)

    def measure(self, wanted: Sequence[tuple[str, Wanted]]) -> None:
        """Have every (metric, model) whose model exists in `values` or `unmeasured`: one job a model, for all its metrics."""
        missing: dict[Wanted, list[str]] = {}
        for metric, want in dict.fromkeys(wanted):
            known = (metric, want) in self.values or (metric, want) in self.unmeasured
            if known or want not in self.models:
                continue
            if not self._read(metric, want):
                missing.setdefault(want, []).append(metric)
        lost = self._measure(missing)
        for want, metrics in lost.items():  # a crash takes all metrics of a job along: find out whose it was
            for metric in metrics:
                self._measure({want: [metric]})

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
            released = want.name if want.scope == "pretrained" else None
            title = f"measure {', '.join(metrics)} of {want}, on {want.data}"
            again = tuple(metric for metric in metrics if (metric, want.scope) not in repeated)  # one model of each will do
            repeated |= {(metric, want.scope) for metric in again}
            found = self.models[want]
            jobs[MeasureJob(title, found.file, want.data, outs, released, found.weights, again)] = want
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


def _device_for(want: Wanted) -> str:
    """Where a model is measured: toys never leave the CPU."""
    return _device() if want.scope == "pretrained" else "cpu"


@cache
def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _found(path: Path) -> Found:
    card = read_card(path)
    return Found(path, card.weights, card)
