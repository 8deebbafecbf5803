"""What can be run elsewhere: a job is a JSON object, its result a file. Nothing is pickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from checker.lab.recipes import Recipe

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
        from checker.lab.training import train

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
    found = measure(list(job["outs"]), subject, lambda done, of: progress(done, of, None))
    for metric, measurement in found.items():
        write_measurement(Path(job["outs"][metric]), measurement)


def _load(file: Path, released: str | None) -> Any:
    if released is None:
        from checker.lab.checkpoints import load

        return load(file)
    from checker.lab import pretrained
    from checker.lab.models import find_model

    model = find_model(released)
    assert model is not None, released
    return pretrained.load(model, file), None
