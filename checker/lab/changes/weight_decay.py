"""Weight decay, from the first step on."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, weight_decay=float(value))


add(
    Knob(
        name="weight decay",
        title="the weight decay at the beginning of the training",
        least=0,
        most=1.0,
        whole=False,
        module=__name__,
        default=lambda recipe: recipe.weight_decay,
        change=change,
    )
)
