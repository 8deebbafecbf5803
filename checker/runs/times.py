"""How long work takes here, from what it took: models carry their CPU seconds, kept measurements their share of a job's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from checker.lab.checkpoints import Card
from checker.lab.metrics import METRICS
from checker.lab.recipes import Recipe
from checker.runs.store import Store, read_details
from checker.scope import Scope

UNKNOWN_TOY, UNKNOWN_PROBE, UNKNOWN_OTHER = 1.0, 6.0, 60.0  # seconds of a measurement that was never made here
UNKNOWN_STEP = 0.1  # seconds of a step of training that was never taken here


@dataclass(frozen=True)
class Times:
    """Seconds of a measurement by (metric, kind of model), and of a step of training by objective and width of the model."""

    measurements: Mapping[tuple[str, str], float] = field(default_factory=dict)
    steps: Mapping[tuple[str, int], float] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store) -> Times:
        """From the heads of all kept files; what cannot be read is left out."""
        found: dict[tuple[str, str], list[float]] = {}
        for path in store.measurements.glob("*.safetensors"):
            kept = read_details(path)
            if kept is not None:
                metric, _, details = kept
                found.setdefault((metric, details.subject), []).append(details.seconds)
        measured = {key: median(seconds) for key, seconds in found.items()}
        return cls(measured, _steps(store.cards()))

    def training(self, recipe: Recipe) -> float:
        return recipe.steps * self.steps.get(_size(recipe), UNKNOWN_STEP)

    def measuring(self, metric: str, subject: str) -> float:
        """`subject` is `toy` or the name of a model that is not trained here."""
        known = self.measurements.get((metric, subject))
        if known is None:  # of another metric of this model, of this metric for another one, or nothing is known
            others = [seconds for (name, kind), seconds in self.measurements.items() if kind == subject]
            if not others and subject != Scope.TOY:
                others = [seconds for (name, kind), seconds in self.measurements.items() if name == metric and kind != Scope.TOY]
            known = median(others) if others else _unknown(metric, subject)
        return known


def _unknown(metric: str, subject: str) -> float:
    if subject != Scope.TOY:
        return UNKNOWN_OTHER
    return UNKNOWN_PROBE if metric in METRICS and METRICS[metric].about_knowledge else UNKNOWN_TOY


def _steps(cards: Iterable[Card]) -> dict[tuple[str, int], float]:
    found: dict[tuple[str, int], list[float]] = {}
    for card in cards:
        if card.recipe.steps and card.cpu_seconds:
            found.setdefault(_size(card.recipe), []).append(card.cpu_seconds / card.recipe.steps)
    return {key: median(seconds) for key, seconds in found.items()}


def _size(recipe: Recipe) -> tuple[str, int]:
    return recipe.objective, recipe.architecture.width
