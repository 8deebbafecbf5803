"""Heads: how many attention heads each layer of the encoder has, at the same width."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, architecture=replace(recipe.architecture, heads=int(value)))


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
        change=change,
        refuses=refuses,
    )
)
