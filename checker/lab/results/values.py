"""The values of a table that count, what was left out of it, and the verdict on two of its models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class LeftOut:
    """Rows that do not count for one reason: how many, and the places of the first. `model` and `seed` where they are known."""

    reason: str
    rows: int
    places: tuple[str, ...]
    model: str = ""
    seed: str = ""


@dataclass(frozen=True)
class Conflict:
    """One model and seed with several values. None of them counts until a person has said which. `differ`: the columns in which
    the rows differ, of which one may be what `where` has to fix."""

    model: str
    seed: str
    values: tuple[float, ...]
    places: tuple[str, ...]
    differ: tuple[str, ...] = ()

    def __str__(self) -> str:
        hint = f"; they differ in {', '.join(self.differ)}" if self.differ else ""
        values = " and ".join(f"{value:g}" for value in self.values)
        return f"conflict: {self.model}, seed {self.seed} has the values {values} ({'; '.join(self.places)}){hint}"


@dataclass(frozen=True)
class Missing:
    """A seed that a model should have and that has no value."""

    model: str
    seed: str


@dataclass(frozen=True)
class Selection:
    """`values[model][seed]`: (images,) numbers in the unit of the metric, one number where rows are not of single images. All
    have the same images. `rows` is how many rows count."""

    values: Mapping[str, Mapping[str, NDArray[Any]]]
    images: int
    left_out: tuple[LeftOut, ...]
    conflicts: tuple[Conflict, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]
    rows: int

    def means(self) -> dict[str, dict[str, float]]:
        """The mean over images of each model and seed."""
        return {model: {seed: float(value.mean()) for seed, value in seeds.items()} for model, seeds in self.values.items()}

    def array(self, model: str) -> NDArray[Any]:
        """(seeds, images). Raises MeasurementError for a model without values."""
        import numpy as np

        if model not in self.values:
            raise MeasurementError(f"{model} has no value in the table; there is {', '.join(self.values) or 'none'}")
        return np.stack(list(self.values[model].values()))
