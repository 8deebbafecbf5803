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
        nouns=(
            "removing the last {} layers",
            "removing its last {} layers",
            "removing the last layer=1",
            "removing its last layer=1",
        ),
        levels=(1, 2, 3),
        phrases=(
            "without its last {} layers",
            "without the last {} layers",
            "with its last {} layers removed",
            "with the last {} layers removed",
            "without its last layer=1",
            "without the last layer=1",
            "with its last layer removed=1",
            "with the last layer removed=1",
        ),
        synonyms=("last layer removed",),
        apply=apply,
        refuses=refuses,
        needs=frozenset({"tokens"}),
    )
)
