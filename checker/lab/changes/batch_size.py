"""Batch size: how many pictures a step of the training learns from."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, batch=int(value))


add(
    Knob(
        name="batch size",
        title="pictures in one step of the training",
        least=2,
        most=1024,
        unit="picture",
        module=__name__,
        rising=(
            "larger the batch size",
            "larger the batches",
        ),
        levels=(8, 32, 128),
        phrases=("trained in batches of {n}",),
        default=lambda recipe: recipe.batch,
        change=change,
    )
)
