"""The last layers removed: what the layer before them gives goes to the final norm."""

from __future__ import annotations

from typing import Any

from checker.errors import MeasurementError
from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Recipe, Setting


def apply(module: Any, count: Setting) -> None:
    """Take away the last `count` blocks. Raises MeasurementError where none would be left."""
    kept = len(module.blocks) - int(count)
    if kept < 1:
        raise MeasurementError(f"{count} of {len(module.blocks)} layers cannot be removed: one has to be left")
    module.blocks = module.blocks[:kept]


def refuses(recipe: Recipe, count: Setting) -> str:
    depth = recipe.architecture.depth
    return f"it has {depth} layers, and one has to be left" if count >= depth else ""


add(
    Intervention(
        name="last layers removed",
        title="the last n layers taken away, without training after it",
        least=1,
        most=47,
        module=__name__,
        synonyms=("last layer removed",),
        apply=apply,
        refuses=refuses,
        needs=frozenset({"tokens"}),
    )
)
