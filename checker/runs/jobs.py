"""What can be run elsewhere: a job is a JSON object, its result a file. Nothing is pickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from checker.lab.recipes import Recipe

Progress = Callable[[int, int, float], None]  # (done, of, latest loss)


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
    """Measure `metric` on the model file `model` over `data` into the file `out`."""

    title: str
    metric: str
    model: Path
    data: str
    out: Path
    kind: Literal["measure"] = "measure"

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "metric": self.metric,
            "model": str(self.model),
            "data": self.data,
            "out": str(self.out),
        }


Job = TrainJob | MeasureJob


def run(job: dict[str, Any], progress: Progress) -> None:
    """Do one job in this process. Raises MeasurementError when it gives no usable result."""
    out = Path(job["out"])
    if job["kind"] == "train":
        from checker.lab.training import train

        train(Recipe.from_dict(job["recipe"]), job["seed"], out, progress)
        return
    import torch

    from checker.lab.measure import measure
    from checker.runs.store import write_measurement

    torch.set_num_threads(1)
    write_measurement(out, measure(job["metric"], Path(job["model"]), job["data"]))
