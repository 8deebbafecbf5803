"""What can be changed in a model: a knob is set before training, an intervention is done to a trained model.

To add one, write one file here that registers it. A knob that only changes fields of the recipe has `change`; one that changes
constants of an objective has `constants`, one that changes what an objective is made of `rebuild`, and one that changes the
pictures that are learned from `pictures`. An intervention has `apply`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from checker.errors import SpecError
from checker.lab.metric import Needs
from checker.lab.recipes import Recipe, Setting
from checker.lab.registry import Registry

if TYPE_CHECKING:
    from checker.lab.data import Split

NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*(.*)")


@dataclass(frozen=True)
class Change:
    """How a change is named, the range of its values in a `unit` ("" where it is a count), what it does in one line, and the
    `module` of its code. `whole`: values are whole numbers. `words`: values that have a name, and then no others are taken.

    `phrases`: what a sentence may say of a model that is changed so, with `{}` for the value ("with {} decoder blocks"), or with
    a value behind `=` where the phrase has none. That it is "with a NAME of {}" goes without saying for a change with a number.

    `nouns` name the change by itself ("{} weight quantisation"), and `rising` what it is to have more of it ("deeper the
    decoder"). `courses` are names of what a metric may be followed over, beside those of a knob ("sparsity"). `levels`: those
    that a metric is followed over where nobody names any. `loose` are pairs of a phrase that may mean this change among others,
    and one that surely means it, which is offered for it.

    `of_layers`: it may be made to some layers alone, or be of each layer. `refuses` says why a model with a recipe cannot have a
    value; "" where it can.
    """

    name: str
    title: str
    least: float
    most: float
    module: str
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    whole: bool = True
    words: tuple[tuple[str, Setting], ...] = ()
    phrases: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    loose: tuple[tuple[str, str], ...] = ()
    levels: tuple[Setting, ...] = ()
    of_layers: bool = True
    refuses: Callable[[Recipe, Setting], str] = lambda recipe, value: ""

    @property
    def cost(self) -> str:
        """What a new value costs."""
        raise NotImplementedError

    @property
    def values(self) -> str:
        """The values that it takes, in words."""
        if self.words:
            return " or ".join(word for word, _ in self.words)
        numbers = f"{'whole numbers' if self.whole else 'numbers'} from {self.least:g} to {self.most:g}"
        return f"{numbers} {self.unit}" if self.unit else numbers

    def value(self, text: str) -> Setting:
        """A value from words. Raises SpecError for another unit or a value out of range."""
        allowed = f"{self.name} takes {self.values}"
        named = dict(self.words)
        if self.words and text.strip() not in named:
            raise SpecError(f"{text!r} is no value here: {allowed}")
        if self.words:
            return named[text.strip()]
        match = NUMBER.fullmatch(text.strip())
        units = (self.unit,) if self.unit == "%" else ("", self.unit.removesuffix("s"))  # 0.5 may be meant as a share
        if match is None or match[2].removesuffix("s") not in units:
            raise SpecError(f"{text!r} is no value here: {allowed}")
        number = float(match[1])
        if not self.least <= number <= self.most or (self.whole and number != int(number)):
            raise SpecError(f"{text!r} is out of range: {allowed}")
        return int(number) if self.whole else number

    def say(self, value: Setting) -> str:
        """A value in words, from which `value` reads it again."""
        name = next((word for word, its in self.words if its == value), "")
        return name or f"{value:g} {self.unit}".strip()


@dataclass(frozen=True)
class Knob(Change):
    """A setting of a training. `default` is its value in a recipe, None in one that has no such thing; `lacks` says then what it
    has not.

    `change` gives the recipe with a value. The others change what is trained with it, and their code counts as code of the
    training: `constants` gives new values of constants, by name, in the modules of the objective's class and its bases;
    `rebuild` changes an objective that was just made; `pictures` changes those that are learned from.
    """

    of_layers: bool = False
    default: Callable[[Recipe], Setting | None] = lambda recipe: None
    lacks: str = ""
    change: Callable[[Recipe, Setting], Recipe] = lambda recipe, value: recipe
    constants: Callable[[Setting], Mapping[str, Any]] | None = None
    rebuild: Callable[[Any, Setting], None] | None = None
    pictures: Callable[[Split, Setting], Split] | None = None

    @property
    def cost(self) -> str:
        return "a training for each value and seed"


@dataclass(frozen=True)
class Intervention(Change):
    """Something done to a trained model before it is measured. `apply` changes a torch module in place, and raises
    MeasurementError for one that it cannot be done to. `needs`: what a model has to give for it, as for a metric."""

    apply: Callable[[Any, Setting], None] = lambda module, value: None
    needs: Needs = frozenset()

    @property
    def cost(self) -> str:
        return "nothing: it is done when a model is loaded"


def in_architecture(field: str) -> Callable[[Recipe, Setting], Recipe]:
    """The `change` of a knob that is a whole number in the architecture of a recipe."""
    return lambda recipe, value: replace(recipe, architecture=replace(recipe.architecture, **{field: int(value)}))


CHANGES: Registry[Knob | Intervention] = Registry("change")


def add(change: Knob | Intervention) -> None:
    """Register a change under its name. Raises ConfigurationError when the name is taken."""
    CHANGES.register(change.name)(change)
