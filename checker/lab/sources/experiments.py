"""Experiments of the user's own: a command of the project gives the values, once a person trusts it. A change of a file that it
depends on makes its claims stale."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import AbsentError, ConfigurationError, MeasurementError
from checker.lab.context import current
from checker.lab.experiments.files import OnDisk, experiment_files, read_experiments, untrusted
from checker.lab.experiments.output import Output, read_output
from checker.lab.experiments.run import LOG, OUTPUT
from checker.lab.metric import METRICS, Needs
from checker.lab.models import Model
from checker.lab.sources.base import CommandRun, Found, Places, Source, Wanted
from checker.lab.sources.recorded import JOIN, lab_metric, plain_name, word_of
from checker.scope import Scope
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    import numpy as np

DEFAULT_MARGIN = MarginWord(0.05, "relative")
GIGABYTE = 1e9
KEPT = 1024  # outputs kept in memory


class Experiments(Source):
    scope = Scope.OWN
    changeable = False
    measures = False

    def models(self) -> Iterable[Model]:
        return [Model(name) for name in dict.fromkeys(name for each in _all() for name in each.experiment.models)]

    def metrics(self) -> Iterable[MetricWord]:
        return [metric_word(each) for each in _all()]

    def present(self) -> bool:
        return bool(_all())

    def problem(self) -> str | None:
        return "; ".join(_read()[1].values()) or None

    def version(self) -> Hashable:
        return _stamps(current().root)

    def has(self, name: str) -> bool:
        return any(name in each.experiment.models for each in _all())

    def gives(self, name: str) -> Needs:
        return frozenset()

    def cannot(self, name: str, metric: MetricWord, needs: Needs) -> str | None:
        found = measuring(metric.name)
        if found is not None and name in found.experiment.models:
            return None
        return f"{found.shown if found else 'no experiment'} has no model called {name} for {metric.title}"

    def recorded(self, name: str, metrics: Sequence[str]) -> Sequence[Wanted]:
        """The runs that there are to be; whether they have been made is another question."""
        experiments = [_measuring(metric) for metric in metrics]
        data = JOIN.join(dict.fromkeys(each.shown for each in experiments))
        shared = [seed for seed in experiments[0].experiment.seeds if all(seed in e.experiment.seeds for e in experiments)]
        return [Wanted(name, self.scope, data, seed) for seed in shared or experiments[0].experiment.seeds[:1]]

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        """Raises MeasurementError where a file that the experiment depends on is not there."""
        addresses = [_address(each, wanted) for each in _of(wanted.data)]
        joined = addresses[0] if len(addresses) == 1 else hashlib.sha256("".join(addresses).encode()).hexdigest()[:32]
        return Found(places.runs / addresses[0] / OUTPUT, joined)

    def known(self, metric: str, wanted: Wanted, places: Places) -> np.ndarray | None:
        found = _measuring(metric)
        if wanted.seed not in found.experiment.seeds:
            raise MeasurementError(
                f"{found.shown}: there is no seed {wanted.seed}; the experiments of a claim need seeds in common"
            )
        file = places.runs / _address(found, wanted) / OUTPUT
        if file.exists():
            output = _output(found, file)
            _same_images(found, output, wanted, places)
            return output.values.reshape(1, -1)
        try:
            standing = found.standing
        except ConfigurationError as error:
            raise MeasurementError(str(error)) from error
        if not standing.trusted:
            raise AbsentError(untrusted(standing, found.shown))
        return None

    def run(self, metric: str, wanted: Wanted) -> CommandRun:
        found = _measuring(metric)
        memory = found.experiment.memory
        address = _address(found, wanted)
        return CommandRun(found.file, address, found.experiment.timeout, None if memory is None else memory * GIGABYTE)

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        """Of a correlation, the first of its experiments is described in full, and the second by its address alone."""
        each = next(each for each in _all() if name in each.experiment.models and _made(each, found[0]))
        outputs = [_output(each, run.file).values.mean() for run in found]
        seeds = each.experiment.seeds
        return {
            "experiment": each.shown,
            "command": each.experiment.command,
            "dependencies": dependency_hash(each),
            "file": each.experiment.models[name],
            "hash": each.model(name),
            "logs": ", ".join(_log_hash(run.file.with_name(LOG)) for run in found),
            "values": ", ".join(f"{seed}: {value:.12g}" for seed, value in zip(seeds, outputs, strict=False)),
        }


def metric_word(each: OnDisk) -> MetricWord:
    """The metric of an experiment as sentences may name it."""
    metric = each.experiment.metric
    margin = DEFAULT_MARGIN if metric.margin is None else MarginWord(metric.margin, metric.unit)
    return word_of(plain_name(metric.name), metric, margin, Scope.OWN)


def measuring(metric: str) -> OnDisk | None:
    """The experiment that gives a metric of this name; None where there is none."""
    return next((each for each in _all() if plain_name(each.experiment.metric.name) == metric), None)


def dependency_hash(each: OnDisk) -> str:
    """One hash of all that a command depends on."""
    files = each.dependencies
    return hashlib.sha256("".join(f"{path} {digest}\n" for path, digest in files.items()).encode()).hexdigest()


def well_formed(root: Path) -> tuple[dict[str, OnDisk], dict[Path, str]]:
    """The experiments of a project whose metrics are none of the lab's, and why the other files bring none."""
    found, faults = read_experiments(root)
    for name, each in list(found.items()):
        metric = each.experiment.metric
        lab = lab_metric(metric) or (plain_name(metric.name) if plain_name(metric.name) in METRICS else None)
        if lab is not None:
            faults[each.file] = f"{each.shown}: {metric.name} is a metric of the lab; give that of the experiment another name"
            del found[name]
    return found, faults


def _all() -> tuple[OnDisk, ...]:
    return tuple(_read()[0].values())


def _read() -> tuple[dict[str, OnDisk], dict[Path, str]]:
    root = current().root
    return _read_again(root, _stamps(root))


@lru_cache(8)
def _read_again(root: Path, stamps: Hashable) -> tuple[dict[str, OnDisk], dict[Path, str]]:
    return well_formed(root)


def _stamps(root: Path) -> Hashable:
    """What changes when a file of an experiment does."""
    found = []
    for file in experiment_files(root):
        try:
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_ctime_ns, status.st_size))
        except OSError:
            found.append((str(file), 0, 0, 0))
    return tuple(found)


def _measuring(metric: str) -> OnDisk:
    found = measuring(metric)
    if found is None:
        raise MeasurementError(f"no experiment gives {metric} any more")
    return found


def _of(data: str) -> list[OnDisk]:
    """The experiments that `Wanted.data` names."""
    by_place = {each.shown: each for each in _all()}
    try:
        return [by_place[place] for place in data.split(JOIN)]
    except KeyError as error:
        raise MeasurementError(f"there is no experiment {error.args[0]} any more") from error


def _address(each: OnDisk, wanted: Wanted) -> str:
    try:
        return each.address(wanted.name, wanted.seed)
    except ConfigurationError as error:
        raise MeasurementError(str(error)) from error


def _made(each: OnDisk, run: Found) -> bool:
    """Whether a run is one of an experiment as it is now."""
    address = run.file.parent.name
    return any(each.address(name, seed) == address for name in each.experiment.models for seed in each.experiment.seeds)


def _output(each: OnDisk, file: Path) -> Output:
    try:
        status = file.stat()
        return _read_output(file, each.experiment.model_dump_json(), (status.st_mtime_ns, status.st_size))
    except OSError as error:
        raise MeasurementError(f"{file}: cannot be read ({error.strerror})") from error
    except MeasurementError as error:
        raise MeasurementError(f"{each.shown}: {file.parent.name}/{error}") from error


@lru_cache(KEPT)
def _read_output(file: Path, experiment: str, stamp: tuple[int, ...]) -> Output:
    from checker.lab.experiments.entry import Experiment

    return read_output(file, Experiment.model_validate_json(experiment))


def _same_images(each: OnDisk, output: Output, wanted: Wanted, places: Places) -> None:
    """Raises MeasurementError where the first run that there is has other images: values are compared image by image."""
    for name in each.experiment.models:
        for seed in each.experiment.seeds:
            file = places.runs / _address(each, Wanted(name, wanted.scope, wanted.data, seed)) / OUTPUT
            if not file.exists():
                continue
            first = _output(each, file)
            if first.images != output.images:
                other = next(iter(set(first.images) ^ set(output.images)), "none")
                raise MeasurementError(
                    f"{each.shown}: {wanted.name}, seed {wanted.seed}, has other images than {name}, seed {seed} ({other[:80]})"
                )
            return


def _log_hash(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return "gone"
