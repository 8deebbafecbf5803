"""Learning rate: the peak of its schedule, at the end of the warm-up."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, learning_rate=float(value))


add(
    Knob(
        name="learning rate",
        title="the peak of the learning rate",
        least=1e-06,
        most=1.0,
        whole=False,
        module=__name__,
        default=lambda recipe: recipe.learning_rate,
        change=change,
    )
)
