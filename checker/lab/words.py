"""The lab's registries as the words that a claim may use. Imports no torch."""

from __future__ import annotations

from functools import cache

from checker.lab.data import DATA
from checker.lab.metrics import METRICS
from checker.lab.models import FAMILIES, MODELS
from checker.vocabulary import DataWord, ModelWord, Vocabulary

DEFAULT_DATA, PRETRAINED_DATA = "shapes", "photographs"


@cache
def vocabulary() -> Vocabulary:
    """Every model, metric and data set that is registered."""
    return Vocabulary(
        models=tuple(
            ModelWord(model.name, model.synonyms, model.families, model.scopes, model.learned) for model in MODELS.values()
        ),
        metrics=tuple(metric.word for metric in METRICS.values()),
        data=tuple(
            DataWord(data.name, data.title, data.synonyms, (*data.factors, *(("category",) if data.categories else ())))
            for data in DATA.values()
        ),
        default_data=DEFAULT_DATA,
        pretrained_data=PRETRAINED_DATA,
        families=FAMILIES,
    )
