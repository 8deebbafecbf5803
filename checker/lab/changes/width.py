"""Width: how many channels a token of the encoder has."""

from __future__ import annotations

from checker.lab.changes.base import Knob, add, in_architecture
from checker.lab.recipes import Recipe, Setting


def refuses(recipe: Recipe, value: Setting) -> str:
    heads = recipe.architecture.heads
    return "" if value % heads == 0 else f"its {heads} heads do not share {value} channels evenly"


add(
    Knob(
        name="width",
        title="channels of a token in the encoder",
        least=16,
        most=384,
        unit="channel",
        synonyms=("embedding dimension", "width of the encoder"),
        module=__name__,
        rising=("wider the encoder",),
        levels=(32, 64, 128),
        of_layers=True,
        default=lambda recipe: recipe.architecture.width,
        change=in_architecture("width"),
        refuses=refuses,
    )
)
