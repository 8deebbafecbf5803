"""Registers: tokens that a model is trained with beside the class token and the patches."""

from __future__ import annotations

from dataclasses import replace

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting


def change(recipe: Recipe, value: Setting) -> Recipe:
    return replace(recipe, architecture=replace(recipe.architecture, registers=int(value)))


add(
    Knob(
        name="registers",
        title="register tokens that a model is trained with (Darcet et al. 2024)",
        least=0,
        most=16,
        synonyms=("register tokens",),
        module=__name__,
        levels=(0, 2, 4, 8),
        phrases=(
            "trained with {} registers",
            "trained with {} register tokens",
        ),
        default=lambda recipe: recipe.architecture.registers,
        change=change,
    )
)
