"""What can be changed in a model: a knob is set before training, an intervention is done to a trained model.

To add one, write one file here that registers it, and import it in this package. A knob that only changes fields of the recipe
has `change`; one that changes what an objective is made of has `rebuild`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from checker.errors import SpecError
from checker.lab.recipes import Recipe, Setting
from checker.lab.registry import Registry

NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(.*)")


@dataclass(frozen=True)
class Change:
    """How a change is named, the range of its values in a `unit` ("" where it is a count), what it does in one line, and the
    `module` of its code. `whole`: values are whole numbers."""

    name: str
    title: str
    least: float
    most: float
    module: str
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    whole: bool = True

    @property
    def cost(self) -> str:
        """What a new value costs."""
        raise NotImplementedError

    def value(self, text: str) -> Setting:
        """A value from words. Raises SpecError for another unit or a value out of range."""
        match = NUMBER.fullmatch(text.strip())
        allowed = f"{self.name} takes {'whole numbers' if self.whole else 'numbers'} from {self.least:g} to {self.most:g}"
        allowed += f" {self.unit}" if self.unit else ""
        if match is None or match[2].removesuffix("s") not in ("", self.unit.removesuffix("s")):
            raise SpecError(f"{text!r} is no value here: {allowed}")
        number = float(match[1])
        if not self.least <= number <= self.most or (self.whole and number != int(number)):
            raise SpecError(f"{text!r} is out of range: {allowed}")
        return int(number) if self.whole else number


@dataclass(frozen=True)
class Knob(Change):
    """A setting of a training. `default` is its value in a recipe, None in one that has no such thing; `lacks` says then what it
    has not.

    `change` gives the recipe with a value. `rebuild` changes an objective that was just made (see `objective`); its code counts
    as code of the training.
    """

    default: Callable[[Recipe], Setting | None] = lambda recipe: None
    lacks: str = ""
    change: Callable[[Recipe, Setting], Recipe] = lambda recipe, value: recipe
    rebuild: Callable[[Any, Setting], None] | None = None

    @property
    def cost(self) -> str:
        return "a training for each value and seed"


@dataclass(frozen=True)
class Intervention(Change):
    """Something done to a trained model before it is measured. `apply` changes a torch module in place."""

    apply: Callable[[Any, Setting], None] = lambda module, value: None

    @property
    def cost(self) -> str:
        return "nothing: it is done when a model is loaded"


CHANGES: Registry[Knob | Intervention] = Registry("change")


def add(change: Knob | Intervention) -> None:
    """Register a change under its name. Raises ConfigurationError when the name is taken."""
    CHANGES.register(change.name)(change)
