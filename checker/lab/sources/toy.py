"""Toys: models that are trained here from a recipe, as many seeds as asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.lab.checkpoints import Card, load, read_card
from checker.lab.models import find_model
from checker.lab.recipes import Recipe
from checker.lab.sources.base import Found, Places, Source, Wanted
from checker.scope import Scope

if TYPE_CHECKING:
    from checker.lab.encoder import Encoder

DIGITS = 4  # of the accuracies that evidence keeps


class Toy(Source):
    scope = Scope.TOY

    def has(self, name: str) -> bool:
        model = find_model(name)
        return model is not None and model.recipe is not None

    def seeds(self, name: str) -> int | None:
        return None

    def recipe(self, name: str, data: str) -> Recipe:
        model = find_model(name)
        assert model is not None, name
        return model.recipe_on(data)

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        path = places.kept(self.recipe(wanted.name, wanted.data), wanted.seed)
        return None if path is None else trained(path)

    def load(self, name: str, seed: int, file: Path) -> tuple[Encoder, Card | None]:
        return load(file)

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        cards = [each.card for each in found if each.card is not None]
        return {
            "recipe": cards[0].recipe,
            "own_loss": tuple((card.before.own_loss, card.after.own_loss) for card in cards),
            "probe": tuple((round(card.before.best, DIGITS), round(card.after.best, DIGITS)) for card in cards),
            "images_seen": cards[0].images_seen,
            "cpu_seconds": tuple(card.cpu_seconds for card in cards),
        }


def trained(path: Path) -> Found:
    """A model file of the lab. Raises MeasurementError for another file."""
    card = read_card(path)
    return Found(path, card.weights, card)
