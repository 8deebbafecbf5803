"""The settings of a recipe: how knobs get into it, and how a training follows them."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from checker.lab.changes.base import CHANGES, Knob
from checker.lab.data.base import DATA, Dataset, Split
from checker.lab.recipes import Recipe, Setting


@dataclass(frozen=True)
class _ChangedData(Dataset):
    """A data set whose training pictures are changed once they are chosen; all others are as they were."""

    pictures: Callable[[Split], Split] = lambda split: split

    def split(self, name: str, count: int, size: int = 32, seed: int | None = None) -> Split:
        found = super().split(name, count, size, seed)
        return self.pictures(found) if name == "train" else found


def with_settings(recipe: Recipe, settings: Sequence[tuple[Knob, Setting]]) -> Recipe:
    """The recipe with knobs set. A value that the recipe has anyway changes nothing, so it leads to the same model."""
    for knob, value in settings:
        if value != knob.default(recipe):
            recipe = dataclasses.replace(knob.change(recipe, value), settings=(*recipe.settings, (knob.name, value)))
    return recipe


def modules_of(recipe: Recipe) -> set[str]:
    """The modules of the knobs that change what is trained beyond the fields of a recipe."""
    knobs = [knob for knob, _ in _set(recipe)]
    return {knob.module for knob in knobs if knob.constants or knob.rebuild or knob.pictures}


@contextmanager
def as_set(recipe: Recipe) -> Iterator[None]:
    """Within the block, a recipe is trained with its settings. Objectives and data know nothing of knobs, so the code that trains
    a recipe without settings is the same as ever."""
    if not modules_of(recipe):
        yield
        return
    from checker.lab.objectives import FIRST, OBJECTIVES, objective_of

    registry: Any = FIRST if recipe.edition == 1 and recipe.objective in FIRST else OBJECTIVES
    entries, data = registry.entries(), DATA.entries()
    base, knobs = objective_of(recipe), _set(recipe)
    constants = {name: value for knob, setting in knobs if knob.constants for name, value in knob.constants(setting).items()}

    def make(recipe: Recipe, data: Dataset) -> Any:
        objective = base(recipe, data)
        for knob, value in knobs:
            if knob.rebuild is not None:
                knob.rebuild(objective, value)
        return objective

    def drawn(split: Split) -> Split:
        for knob, value in knobs:
            split = knob.pictures(split, value) if knob.pictures is not None else split
        return split

    with _constants(base, constants):
        registry.restore({**entries, recipe.objective: make})
        if recipe.data in data:
            DATA.restore({**data, recipe.data: _ChangedData(**vars(data[recipe.data]), pictures=drawn)})
        try:
            yield
        finally:
            registry.restore(entries)
            DATA.restore(data)


@contextmanager
def _constants(objective: type, values: Mapping[str, Any]) -> Iterator[None]:
    """Within the block, constants have other values in the modules of a class and its bases that have them."""
    modules = {sys.modules[each.__module__] for each in objective.__mro__}
    before = [(module, name, getattr(module, name)) for module in modules for name in values if hasattr(module, name)]
    try:
        for module, name, _ in before:
            setattr(module, name, values[name])
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def _set(recipe: Recipe) -> list[tuple[Knob, Setting]]:
    knobs = [(CHANGES[name], value) for name, value in recipe.settings]
    return [(knob, value) for knob, value in knobs if isinstance(knob, Knob)]
