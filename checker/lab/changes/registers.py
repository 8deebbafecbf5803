"""Registers: tokens that a model is trained with beside the class token and the patches."""

from __future__ import annotations

from checker.lab.changes.base import Knob, add, in_architecture

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
        change=in_architecture("registers"),
    )
)
