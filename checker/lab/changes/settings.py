"""The settings of a recipe: how knobs get into it, and how a training follows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from checker.lab.changes.base import CHANGES, Knob
from checker.lab.recipes import Recipe, Setting


def with_settings(recipe: Recipe, settings: Sequence[tuple[Knob, Setting]]) -> Recipe:
    """The recipe with knobs set. A value that the recipe has anyway changes nothing, so it leads to the same model."""
    for knob, value in settings:
        if value != knob.default(recipe):
            recipe = dataclasses.replace(knob.change(recipe, value), settings=(*recipe.settings, (knob.name, value)))
    return recipe


def modules_of(recipe: Recipe) -> set[str]:
    """The modules of the knobs that change what a recipe's objective is made of."""
    return {knob.module for knob, _ in _rebuilding(recipe)}


@contextmanager
def as_set(recipe: Recipe) -> Iterator[None]:
    """Within the block, the recipe's objective is made with its settings. The objectives themselves know nothing of knobs, so the
    code that trains a recipe without settings is the same as ever."""
    from checker.lab.objectives import FIRST, OBJECTIVES

    rebuilding = _rebuilding(recipe)
    if not rebuilding:
        yield
        return
    registry: Any = FIRST if recipe.edition == 1 and recipe.objective in FIRST else OBJECTIVES
    entries = registry.entries()
    base = entries[recipe.objective]

    def make(recipe: Recipe, data: Any) -> Any:
        objective = base(recipe, data)
        for knob, value in rebuilding:
            assert knob.rebuild is not None
            knob.rebuild(objective, value)
        return objective

    registry.restore({**entries, recipe.objective: make})
    try:
        yield
    finally:
        registry.restore(entries)


def _rebuilding(recipe: Recipe) -> list[tuple[Knob, Setting]]:
    knobs = [(CHANGES[name], value) for name, value in recipe.settings]
    return [(knob, value) for knob, value in knobs if isinstance(knob, Knob) and knob.rebuild is not None]
