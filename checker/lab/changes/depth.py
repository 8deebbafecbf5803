"""Depth: how many layers the encoder has."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, architecture=replace(recipe.architecture, depth=int(value)))


add(
    Knob(
        name="encoder depth",
        title="layers of the encoder",
        least=1,
        most=24,
        unit="layer",
        synonyms=("depth of the encoder",),
        module=__name__,
        rising=("deeper the encoder",),
        phrases=("with {}", "with a {} encoder", "with an encoder of {}"),
        default=lambda recipe: recipe.architecture.depth,
        change=change,
    )
)
