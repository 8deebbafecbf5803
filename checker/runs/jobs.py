"""What can be run elsewhere: a job is a JSON object, its result a file. Nothing is pickled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from checker.errors import MeasurementError
from checker.lab.recipes import Recipe

if TYPE_CHECKING:
    from checker.lab.measure import Measurement
    from checker.lab.subject import Subject

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

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "recipe": self.recipe.as_dict(), "seed": self.seed, "out": str(self.out)}


@dataclass(frozen=True)
class MeasureJob:
    """Measure one model over `data`: all metrics of `outs`, a (metric, file) pair each, share one forward pass.

    `file` is a model file of the lab, or the weights of the released model `released`.
    """

    title: str
    file: Path
    data: str
    outs: tuple[tuple[str, Path], ...]
    released: str | None = None
    kind: Literal["measure"] = "measure"

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "file": str(self.file),
            "released": self.released,
            "data": self.data,
            "outs": {metric: str(out) for metric, out in self.outs},
        }


Job = TrainJob | MeasureJob


def run(job: dict[str, Any], progress: Progress) -> None:
    """Do one job in this process. Raises MeasurementError when it gives no usable result."""
    if job["kind"] == "train":
        from checker.lab.plugins import folder_for_workers, load_objectives
        from checker.lab.training import train

        load_objectives(folder_for_workers(), job["recipe"]["objective"])
        train(Recipe.from_dict(job["recipe"]), job["seed"], Path(job["out"]), progress)
        return
    import torch

    from checker.lab.data import data_set
    from checker.lab.measure import IMAGES, measure
    from checker.lab.subject import Subject
    from checker.runs.store import write_measurement

    torch.set_num_threads(1)
    encoder, card = _load(Path(job["file"]), job["released"])
    drawn = _drawn.setdefault((job["data"], encoder.size), {})
    subject = Subject(encoder, data_set(job["data"]), IMAGES, card, drawn)
    outs = {metric: Path(out) for metric, out in job["outs"].items()}
    try:
        found = measure(list(outs), subject, lambda done, of: progress(done, of, None))
    except MeasurementError as error:
        found = _alone(list(outs), subject) if len(outs) > 1 else {}
        fault: MeasurementError | None = error
    else:
        fault = None
    for metric, measurement in found.items():
        write_measurement(outs[metric], measurement)
    if fault is not None:
        raise fault


def _alone(metrics: Sequence[str], subject: Subject) -> dict[str, Measurement]:
    """What can be measured, metric by metric: one that cannot must not take the others along."""
    from checker.lab.measure import measure

    found: dict[str, Measurement] = {}
    for metric in metrics:
        with suppress(MeasurementError):
            found |= measure([metric], subject)
    return found


def _load(file: Path, released: str | None) -> Any:
    if released is None:
        from checker.lab.checkpoints import load

        return load(file)
    from checker.lab import pretrained
    from checker.lab.models import find_model

    model = find_model(released)
    assert model is not None, released
    return pretrained.load(model, file), None
