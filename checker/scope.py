"""What evidence is about: where its models come from, in the order in which verdicts lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

Value = TypeVar("Value")


class Scope(StrEnum):
    """The scopes, the leading one first. The value is the word that a status and a file show."""

    OWN = "own"
    PRETRAINED = "pretrained"
    RECORDED = "recorded"
    TOY = "toy"
    REPORTED = "reported"

    @property
    def label(self) -> str:
        """What is measured, in the plural."""
        return _FACTS[self].label

    @property
    def clause(self) -> str:
        """The scope at the end of a sentence."""
        return _FACTS[self].clause

    @property
    def lacks(self) -> str:
        """What a model has not that cannot be measured in this scope."""
        return _FACTS[self].lacks

    @property
    def seeded(self) -> bool:
        """Whether a model may have several seeds."""
        return self not in (Scope.PRETRAINED, Scope.REPORTED)

    @property
    def trained_here(self) -> bool:
        """Whether models are trained here: as many seeds as asked, so they are taken in looks, and the lab's own gates apply."""
        return self is Scope.TOY

    @property
    def measured(self) -> bool:
        """Whether values are measured, on a data set; those of a table are as they were recorded."""
        return self not in (Scope.RECORDED, Scope.REPORTED)

    @property
    def decides(self) -> bool:
        """Whether evidence of this scope may give a verdict."""
        return self is not Scope.REPORTED


@dataclass(frozen=True)
class _Facts:
    label: str
    clause: str
    lacks: str


_FACTS = {
    Scope.OWN: _Facts("own models", "with own models", "no checkpoints and no experiments of this project"),
    Scope.PRETRAINED: _Facts("released weights", "with released weights", "no released weights known here"),
    Scope.RECORDED: _Facts("recorded results", "in recorded results", "no recorded results in this project"),
    Scope.TOY: _Facts("toy", "at toy scale", "no recipe to train a toy from"),
    Scope.REPORTED: _Facts("reported numbers", "as reported", "no reported number"),
}

DECIDING = tuple(scope for scope in Scope if scope.decides)
"""The scopes that may give a verdict, the leading one first."""

Asked = Literal["own", "pretrained", "recorded", "toy", "any"]
"""What a spec may ask for: a scope that decides, or the leading one in which the claim can be decided."""


def leading_first(found: Mapping[Scope, Value]) -> list[Value]:
    """The values of a mapping, that of the leading scope first."""
    return [found[scope] for scope in Scope if scope in found]
