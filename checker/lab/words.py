"""The lab's registries as the words that a claim may use. Imports no torch."""

from __future__ import annotations

from functools import cache

from checker.lab.data import DATA
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from checker.vocabulary import DataWord, ModelWord, Vocabulary

DEFAULT_DATA = "shapes"


@cache
def vocabulary() -> Vocabulary:
    """Every model, metric and data set that is registered."""
    return Vocabulary(
        models=tuple(ModelWord(model.name, model.synonyms, model.families) for model in MODELS.values()),
        metrics=tuple(metric.word for metric in METRICS.values()),
        data=tuple(DataWord(data.name, data.title, data.synonyms) for data in DATA.values()),
        default_data=DEFAULT_DATA,
    )
