"""The lab's registries as the words that a claim may use. Imports no torch."""

from __future__ import annotations

import dataclasses
from functools import cache

from checker.lab.data import DATA
from checker.lab.metrics import METRICS
from checker.lab.models import FAMILIES, MODELS
from checker.lab.plugins import Plugin
from checker.vocabulary import DataWord, MissingWord, ModelWord, Vocabulary

DEFAULT_DATA, PRETRAINED_DATA = "shapes", "photographs"


def vocabulary(plugins: tuple[Plugin, ...] = ()) -> Vocabulary:
    """Every model, metric and data set that is registered, and what those `plugins` lack that brought nothing."""
    missing = tuple(MissingWord(plugin.name, plugin.fault, plugin.failed) for plugin in plugins if plugin.fault)
    return dataclasses.replace(_registered(len(METRICS), len(MODELS), len(DATA)), missing=missing)


@cache
def _registered(*counts: int) -> Vocabulary:
    """The words of so many entries: the same value until a plug-in adds some."""
    return Vocabulary(
        models=tuple(
            ModelWord(model.name, model.synonyms, model.families, model.scopes, model.learned) for model in MODELS.values()
        ),
        metrics=tuple(
            dataclasses.replace(metric.word, heads=metric.word.heads and metric.reads == "attention")
            for metric in METRICS.values()
        ),
        data=tuple(
            DataWord(data.name, data.title, data.synonyms, (*data.factors, *(("category",) if data.categories else ())))
            for data in DATA.values()
        ),
        default_data=DEFAULT_DATA,
        pretrained_data=PRETRAINED_DATA,
        families=FAMILIES,
    )
