"""The words that a sentence may use, as plain values. The lab makes a `Vocabulary`; the claim language reads with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Relation = Literal["less", "greater"]


@dataclass(frozen=True)
class MarginWord:
    """A smallest effect of interest: `value` as a share of the baseline (relative) or in a unit of the metric."""

    value: float
    unit: str


@dataclass(frozen=True)
class ModelWord:
    """A model that can be named, its synonyms, and the families (MIM, CL) it belongs to."""

    name: str
    synonyms: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricWord:
    """A metric that can be talked about; `comparatives` pairs a word ("shorter") with the relation it states."""

    name: str
    title: str
    unit: str
    unit_words: tuple[str, ...]
    synonyms: tuple[str, ...]
    comparatives: tuple[tuple[str, Relation], ...]
    margin: MarginWord
    layers: str


@dataclass(frozen=True)
class DataWord:
    """A data set that can be named."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """All words at once. `default_data` is meant where a sentence names no data."""

    models: tuple[ModelWord, ...]
    metrics: tuple[MetricWord, ...]
    data: tuple[DataWord, ...]
    default_data: str

    def metric(self, name: str) -> MetricWord | None:
        return next((word for word in self.metrics if word.name == name), None)

    def model(self, name: str) -> ModelWord | None:
        return next((word for word in self.models if word.name == name), None)

    def data_name(self, name: str) -> str:
        """The data set that a spec's `where.data` means: itself, or the default one."""
        return self.default_data if name == "default" else name

    def families(self) -> dict[str, tuple[str, ...]]:
        """Family names and the models here that belong to them."""
        table: dict[str, list[str]] = {}
        for model in self.models:
            for family in model.families:
                table.setdefault(family, []).append(model.name)
        return {family: tuple(names) for family, names in table.items()}
