"""Heads: how many attention heads each layer of the encoder has, at the same width."""

from __future__ import annotations

from checker.lab.changes.base import Knob, add, in_architecture
from checker.lab.recipes import Recipe, Setting


def refuses(recipe: Recipe, value: Setting) -> str:
    width = recipe.architecture.width
    return "" if width % value == 0 else f"{value} heads do not share its {width} channels evenly"


add(
    Knob(
        name="heads",
        title="attention heads in each layer of the encoder",
        least=1,
        most=32,
        synonyms=("attention heads",),
        module=__name__,
        levels=(1, 2, 4, 8),
        phrases=(
            "with {} attention heads",
            "with {} heads",
        ),
        of_layers=True,
        default=lambda recipe: recipe.architecture.heads,
        change=in_architecture("heads"),
        refuses=refuses,
    )
)
