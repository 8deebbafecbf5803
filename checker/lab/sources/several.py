"""The scope of the user's own models: checkpoints that the lab measures, and experiments that a command carries out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.lab.checkpoints import Card
from checker.lab.metric import METRICS, Needs
from checker.lab.models import Model
from checker.lab.sources.base import CommandRun, Found, Places, Source, Wanted
from checker.lab.sources.experiments import measuring
from checker.vocabulary import MetricWord

if TYPE_CHECKING:
    import numpy as np

    from checker.lab.encoder import Encoder


class WithExperiments(Source):
    """A source that measures, and beside it one of the same scope whose values commands give. A metric belongs to one of them."""

    def __init__(self, source: Source, experiments: Source) -> None:
        self.source, self.experiments = source, experiments
        self.scope = source.scope

    def of(self, metrics: Sequence[str]) -> Source:
        return self.experiments if any(metric not in METRICS and measuring(metric) for metric in metrics) else self.source

    def models(self) -> Iterable[Model]:
        return list({model.name: model for model in (*self.experiments.models(), *self.source.models())}.values())

    def metrics(self) -> Iterable[MetricWord]:
        return [*self.source.metrics(), *self.experiments.metrics()]

    def present(self) -> bool:
        return self.source.present() or self.experiments.present()

    def problem(self) -> str | None:
        return "; ".join(filter(None, (self.source.problem(), self.experiments.problem()))) or None

    def version(self) -> Hashable:
        return self.source.version(), self.experiments.version()

    def has(self, name: str) -> bool:
        return self.source.has(name) or self.experiments.has(name)

    def borrows(self, name: str) -> bool:
        return self.source.borrows(name)

    def refusal(self, name: str) -> str | None:
        return self.source.refusal(name)

    def seeds(self, name: str) -> int | None:
        return self.source.seeds(name)

    def gives(self, name: str) -> Needs:
        return self.source.gives(name)

    def cannot(self, name: str, metric: MetricWord, needs: Needs) -> str | None:
        return self.of((metric.name,)).cannot(name, metric, needs)

    def recorded(self, name: str, metrics: Sequence[str]) -> Sequence[Wanted]:
        return self.of(metrics).recorded(name, metrics)

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        return self._behind(wanted).find(wanted, places)

    def known(self, metric: str, wanted: Wanted, places: Places) -> np.ndarray | None:
        return self.of((metric,)).known(metric, wanted, places)

    def run(self, metric: str, wanted: Wanted) -> CommandRun:
        return self.of((metric,)).run(metric, wanted)

    def load(self, name: str, seed: int, file: Path) -> tuple[Encoder, Card | None]:
        return self.source.load(name, seed, file)

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        return self.source.provenance(name, found)

    def _behind(self, wanted: Wanted) -> Source:
        """The source of a model: data sets are called by name, experiments by their file."""
        return self.experiments if wanted.data.endswith(".yaml") and ":" not in wanted.data else self.source
