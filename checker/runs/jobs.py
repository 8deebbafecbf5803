"""What can be run elsewhere: a job is a directory of JSON and safetensors (see `folder`), its results are files."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from checker.errors import MeasurementError
from checker.extras import extra
from checker.lab.experiments.kept import ABOUT, write_about
from checker.lab.experiments.run import LOG, OUTPUT
from checker.lab.recipes import Recipe
from checker.lab.sources import SOURCES, CommandRun, Wanted
from checker.scope import Scope

if TYPE_CHECKING:
    from checker.lab.measure import Measurement
    from checker.lab.subjects import Subject

MODEL = "model.safetensors"

_drawn: dict[tuple[str, int], dict[Any, Any]] = {}  # pictures that this process has drawn, for the jobs to come

Progress = Callable[[int, int, float | None], None]  # (done, of, latest loss of a training)


@dataclass(frozen=True)
class TrainJob:
    """Train `recipe` with `seed` into the model file `out`."""

    title: str
    recipe: Recipe
    seed: int
    out: Path
    kind: Literal["train"] = "train"

    @property
    def key(self) -> str:
        """Of this training for this place: what was begun for another place is not gone on with."""
        return hashlib.sha256(f"{self.recipe.key(self.seed)} {self.out}".encode()).hexdigest()[:16]

    @property
    def results(self) -> dict[str, Path]:
        """Files that the job leaves in its directory, and where they belong."""
        return {MODEL: self.out}

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "recipe": self.recipe.as_dict(), "seed": self.seed}


@dataclass(frozen=True)
class MeasureJob:
    """Measure one model over its data: all metrics of `outs`, a (metric, file) pair each, share one forward pass.

    `file` is what the source of `wanted` found, and `weights` the hash of it. The metrics in `repeat` are measured a second time,
    to see whether they give the same again.
    """

    title: str
    file: Path
    wanted: Wanted
    outs: tuple[tuple[str, Path], ...]
    weights: str = ""
    repeat: tuple[str, ...] = ()
    kind: Literal["measure"] = "measure"

    @property
    def key(self) -> str:
        names = sorted(out.stem for _, out in self.outs)  # each a content address
        return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]

    @property
    def results(self) -> dict[str, Path]:
        """Files that the job leaves in its directory, and where they belong."""
        return {f"{metric}.safetensors": out for metric, out in self.outs}

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "file": str(self.file),
            "model": asdict(self.wanted),
            "weights": self.weights,
            "metrics": {metric: out.stem for metric, out in self.outs},
            "repeat": list(self.repeat),
        }


@dataclass(frozen=True)
class CommandJob:
    """Run a command of the user for one model and seed, and keep its output and log in the folder `out`."""

    title: str
    command: CommandRun
    wanted: Wanted
    out: Path
    kind: Literal["command"] = "command"

    @property
    def key(self) -> str:
        return self.command.address

    @property
    def results(self) -> dict[str, Path]:
        """Files that the job leaves in its directory, and where they belong."""
        return {name: self.out / name for name in (LOG, ABOUT, OUTPUT)}

    def as_dict(self) -> dict[str, Any]:
        run = self.command
        limits = {"seconds": run.seconds, "memory": run.memory}
        return {
            "kind": self.kind,
            "file": str(run.file),
            "model": asdict(self.wanted),
            "address": run.address,
            "limits": {name: limit for name, limit in limits.items() if limit is not None},
        }


Kind = Literal["train", "measure", "command"]
Job = TrainJob | MeasureJob | CommandJob


def run(job: Mapping[str, Any], folder: Path, progress: Progress) -> None:
    """Do one job in this process and leave its results in `folder`. Raises MeasurementError when it gives no usable result."""
    if job["kind"] == "train":
        from checker.lab.changes import as_set
        from checker.lab.context import current
        from checker.lab.plugins import load_objectives

        with extra("train", "training"):
            from checker.lab.training import train

        recipe = Recipe.from_dict(job["recipe"])
        if not _is_trained(folder / MODEL, recipe.key(job["seed"])):
            load_objectives(current().plugins, recipe.objective)
            with as_set(recipe):
                train(recipe, job["seed"], folder / MODEL, progress)
        return
    if job["kind"] == "command":
        _run_command(job, folder)
        return
    import torch

    from checker.lab.data import data_set, images_declared
    from checker.lab.measure import IMAGES, measure
    from checker.lab.subjects import subject_of
    from checker.runs.store import Details, Kept, write_measurement

    torch.set_num_threads(1)
    metrics, wanted = list(job["metrics"]), wanted_in(job)
    file = folder / job["file"]  # one that was sent along, or an absolute path
    encoder, card = SOURCES[wanted.scope].load(wanted.name, wanted.seed, file)
    drawn = _drawn.setdefault((wanted.data, encoder.size), {})

    def subject() -> Subject:
        return subject_of(encoder, data_set(wanted.data), images_declared(wanted.data) or IMAGES, card, drawn)

    began = time.monotonic()
    try:
        first = subject()
        found = measure(metrics, first, lambda done, of: progress(done, of, None))
    except MeasurementError as error:
        found = _alone(metrics, first) if len(metrics) > 1 else {}
        fault: MeasurementError | None = error
    else:
        fault = None
    share = (time.monotonic() - began) / max(1, len(found))
    repeat = [metric for metric in job["repeat"] if metric in found]
    again = measure(repeat, subject()) if repeat else {}
    device, dtype = _where(encoder)
    for metric, measurement in found.items():
        differs = _difference(measurement, again[metric]) if metric in again else None
        details = Details(share, wanted.kind, wanted.data, device, dtype, differs)
        write_measurement(folder / f"{metric}.safetensors", Kept.of(measurement, details), job["metrics"][metric])
    if fault is not None:
        raise fault


def _run_command(job: Mapping[str, Any], folder: Path) -> None:
    from checker.lab.context import current
    from checker.lab.experiments.run import run as run_command
    from checker.runs.log import Log

    wanted, log, root = wanted_in(job), Log(folder / LOG), current().root

    def keep(data: bytes) -> None:
        log.write(data)
        sys.stderr.buffer.write(data)  # the log of the job, which is kept where it fails

    try:
        run_command(Path(job["file"]), root, wanted.name, wanted.seed, job["address"], folder, keep)
    finally:
        log.close()
    write_about(folder, Path(job["file"]), root, wanted.name, wanted.seed)


def _is_trained(path: Path, key: str) -> bool:
    """Whether a run that was killed before it could put the model in its place had finished it."""
    from checker.lab.checkpoints import read_card

    with suppress(MeasurementError):
        return path.exists() and read_card(path).key == key
    return False


def _difference(first: Measurement, second: Measurement) -> float:
    """The largest difference between two measurements of the same, as a share of the largest value."""
    import numpy as np

    scale = float(np.abs(first.values).max())
    return float(np.abs(first.values - second.values).max()) / scale if scale else float(np.abs(second.values).max() > 0)


def _where(encoder: Any) -> tuple[str, str]:
    parameter = next(encoder.module.parameters())
    return parameter.device.type, str(parameter.dtype).removeprefix("torch.")


def _alone(metrics: Sequence[str], subject: Subject) -> dict[str, Measurement]:
    """What can be measured, metric by metric: one that cannot must not take the others along."""
    from checker.lab.measure import measure

    found: dict[str, Measurement] = {}
    for metric in metrics:
        with suppress(MeasurementError):
            found |= measure([metric], subject)
    return found


def wanted_in(job: Mapping[str, Any]) -> Wanted:
    """The model that a job measures."""
    fields = job["model"]
    return Wanted(**{**fields, "scope": Scope(fields["scope"])})
