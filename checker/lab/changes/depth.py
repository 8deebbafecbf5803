"""Depth: how many layers the encoder has."""

from __future__ import annotations

from checker.lab.changes.base import Knob, add, in_architecture

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
        change=in_architecture("depth"),
    )
)
