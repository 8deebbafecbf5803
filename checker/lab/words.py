"""The lab's registries as the words that a claim may use. Imports no torch."""

from __future__ import annotations

import dataclasses
from functools import cache

from checker.lab.data import DATA
from checker.lab.metrics import METRICS
from checker.lab.models import FAMILIES, MODELS, Model
from checker.lab.plugins import Plugin
from checker.vocabulary import DataWord, FamilyWord, MissingWord, ModelWord, Vocabulary

DEFAULT_DATA, PRETRAINED_DATA = "shapes", "photographs"
SELF_SUPERVISED = {"MIM", "CL", "joint-embedding"}
GENERIC = (  # what sentences call all models of a kind: those that are here
    FamilyWord(
        "ViTs",
        "vision transformers",
        ("transformers", "ViT models", "vision transformer models", "transformer models"),
        generic=True,
    ),
    FamilyWord(
        "self-supervised ViTs",
        "self-supervised vision transformers",
        ("self-supervised transformers", "self-supervised models", "self-supervised methods", "self-supervised ViT models",
         "SSL models", "SSL methods", "SSL ViTs", "self-supervised encoders"),
        generic=True,
    ),
)  # fmt: skip


def vocabulary(plugins: tuple[Plugin, ...] = ()) -> Vocabulary:
    """Every model, metric and data set that is registered, and what those `plugins` lack that brought nothing."""
    missing = tuple(MissingWord(plugin.name, plugin.fault, plugin.failed) for plugin in plugins if plugin.fault)
    return dataclasses.replace(_registered(len(METRICS), len(MODELS), len(DATA)), missing=missing)


@cache
def _registered(*counts: int) -> Vocabulary:
    """The words of so many entries: the same value until a plug-in adds some."""
    return Vocabulary(
        models=tuple(
            ModelWord(model.name, model.synonyms, (*model.families, *_generic(model)), model.scopes, model.learned)
            for model in MODELS.values()
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
        families=(*FAMILIES, *GENERIC),
    )


def _generic(model: Model) -> tuple[str, ...]:
    """The families of GENERIC that a model belongs to."""
    if not model.learned:
        return ()
    return ("ViTs", "self-supervised ViTs") if SELF_SUPERVISED & set(model.families) else ("ViTs",)
