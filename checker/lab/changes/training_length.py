"""Training length: how many steps a model is trained for. The schedules of rates are stretched to it."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, steps=int(value))


def refuses(recipe: Recipe, value: Setting) -> str:
    return "" if recipe.objective != "random" else "it is not trained at all"


add(
    Knob(
        name="training length",
        title="steps of the training",
        least=1,
        most=100000,
        unit="step",
        synonyms=("training steps", "length of the training"),
        module=__name__,
        rising=("longer the training",),
        levels=(500, 1000, 2000, 4000),
        phrases=("trained for {}",),
        default=lambda recipe: recipe.steps,
        change=change,
        refuses=refuses,
    )
)
