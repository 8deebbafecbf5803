"""The lab's registries as the words that a claim may use. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache

from checker.lab.changes import CHANGES, Change, Knob
from checker.lab.data import DATA
from checker.lab.metrics import METRICS
from checker.lab.models import FAMILIES, MODELS, Model, find_model
from checker.lab.plugins import Plugin
from checker.lab.releases import CONVNETS, LINES, RELEASES, prefix_of
from checker.lab.source import text_hash
from checker.lab.sources import SOURCES, scopes_of
from checker.vocabulary import ChangeWord, DataWord, FamilyWord, MetricWord, MissingWord, ModelWord, ReleaseWord, Vocabulary

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
    FamilyWord(
        "convnets",
        "convolutional networks",
        ("CNNs", "ConvNets", "convolutional neural networks", "convolutional nets"),
        generic=True,
        releases=CONVNETS,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class _Values:
    """Gives a value of a change as specs have it. Its repr has everything that this follows from, for readings that are kept:
    the values that the change takes, and a hash of the code that reads them."""

    change: Change = field(repr=False)
    takes: tuple[object, ...]
    code: str

    @classmethod
    def of(cls, change: Change) -> _Values:
        takes = (change.name, change.least, change.most, change.unit, change.whole, change.words)
        return cls(change, takes, text_hash(change.module, Change.__module__))

    def __call__(self, text: str) -> str:
        return self.change.say(self.change.value(text))


def vocabulary(plugins: tuple[Plugin, ...] = ()) -> Vocabulary:
    """Every model, metric and data set that is registered or that a source of the project has, and what those `plugins` lack that
    brought nothing."""
    versions = (source.version() for source in SOURCES.values())
    missing = tuple(MissingWord(plugin.name, plugin.fault, plugin.failed) for plugin in plugins if plugin.fault)
    problems = ((source.scope.label, source.problem()) for source in SOURCES.values())
    missing += tuple(MissingWord(name, problem, True) for name, problem in problems if problem)
    return dataclasses.replace(_registered(len(METRICS), len(MODELS), len(DATA), len(CHANGES), *versions), missing=missing)


@cache
def _registered(*versions: Hashable) -> Vocabulary:
    """The words of so many entries, and of the sources as they are: the same value until a plug-in or a file adds some."""
    added = {model.name: model for source in SOURCES.values() for model in source.models()}
    models = {**added, **MODELS}
    words: dict[str, MetricWord] = {}
    for word in (word for source in SOURCES.values() for word in source.metrics()):
        words[word.name] = _joined(words.get(word.name), word)
    return Vocabulary(
        models=tuple(
            ModelWord(model.name, model.synonyms, (*model.families, *_generic(model)), scopes_of(model.name), model.learned)
            for model in (models[name] for name in (*MODELS, *(name for name in added if name not in MODELS)))
        ),
        metrics=tuple(
            dataclasses.replace(word, heads=word.heads and METRICS[name].reads == "attention") if name in METRICS else word
            for name, word in (words | {name: _called(metric.word, words) for name, metric in METRICS.items()}).items()
        ),
        data=tuple(
            DataWord(data.name, data.title, data.synonyms, (*data.factors, *(("category",) if data.categories else ())))
            for data in DATA.values()
        ),
        default_data=DEFAULT_DATA,
        pretrained_data=PRETRAINED_DATA,
        families=(*FAMILIES, *GENERIC),
        changes=tuple(_change(change) for change in CHANGES.values()),
        releases=_releases(),
        released=_released,
    )


def _releases() -> tuple[ReleaseWord, ...]:
    """The models of the table of releases, each with its sizes."""
    sizes: dict[str, dict[str, tuple[str, ...]]] = {}
    for each in RELEASES:
        tags = sizes.setdefault(each.model, {})
        tags[each.size] = (*tags.get(each.size, ()), each.tag)
    return tuple(
        ReleaseWord(name, (LINES if name in LINES else MODELS)[name].synonyms, tuple(tags.items()), prefix_of(name))
        for name, tags in sizes.items()
    )


def _released(name: str) -> ModelWord | None:
    """The model of a name with a size, or of a tag of timm."""
    if name in MODELS or ":" in name or (model := find_model(name)) is None:
        return None
    return ModelWord(name, families=model.families, scopes=scopes_of(name), released=True)


def _change(change: Change) -> ChangeWord:
    names = (change.name, *change.synonyms) if isinstance(change, Knob) and not change.words else ()
    phrases = tuple(f"with {article}{name} of {{n}}" for name in names for article in ("a ", "an ", "the ", ""))
    phrases += tuple(f"with {name} {{n}}" for name in names)
    return ChangeWord(
        name=change.name,
        phrases=(*change.phrases, *phrases),
        value=_Values.of(change),
        unit=change.unit,
        of_numbers=not change.words,
        nouns=change.nouns,
        names=names if change.levels else (),
        rising=change.rising,
        levels=tuple(map(change.say, change.levels)),
    )


def _joined(first: MetricWord | None, word: MetricWord) -> MetricWord:
    """A metric that two sources describe alike is one, in the scopes of both; else the first description counts."""
    if first is None:
        return word
    alike = dataclasses.replace(word, scopes=first.scopes, margin=first.margin) == first
    return dataclasses.replace(first, scopes=(*first.scopes, *word.scopes)) if alike and word.scopes != first.scopes else first


def _called(word: MetricWord, others: Mapping[str, MetricWord]) -> MetricWord:
    """A metric of the lab with the title that a source has for it among its synonyms."""
    other = others.get(word.name)
    if other is None or other.title.casefold() in (word.title.casefold(), *(synonym.casefold() for synonym in word.synonyms)):
        return word
    return dataclasses.replace(word, synonyms=(*word.synonyms, other.title))


def _generic(model: Model) -> tuple[str, ...]:
    """The families of GENERIC that a model belongs to: one that is here, and surely a vision transformer."""
    if not model.learned or not model.global_attention or MODELS.get(model.name) is not model:
        return ()
    return ("ViTs", "self-supervised ViTs") if SELF_SUPERVISED & set(model.families) else ("ViTs",)
