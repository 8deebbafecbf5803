"""The words that a sentence may use, as plain values. The lab makes a `Vocabulary`; the claim language reads with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Literal

from checker.scope import DECIDING, Scope
from checker.variant import Variant, sized

Relation = Literal["less", "greater"]


@dataclass(frozen=True)
class MarginWord:
    """A smallest effect of interest: `value` as a share of the baseline (relative) or in a unit of the metric."""

    value: float
    unit: str


@dataclass(frozen=True)
class ModelWord:
    """A model that can be named, its synonyms, the families (MIM, CL) it belongs to, and the scopes it can be measured in, the
    leading one first. `learned` is False for what was never trained, which no claim about models as such is about. `released`: it
    is named by a size or a tag, which only released weights have."""

    name: str
    synonyms: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = (Scope.TOY,)
    learned: bool = True
    released: bool = False


@dataclass(frozen=True)
class ReleaseWord:
    """A model whose weights were released in several sizes. `sizes` pairs a size, such as B/16, with timm's tags of the weights
    of that size: several where the size alone does not say which are meant. `prefix` stands before a size in a name."""

    model: str
    synonyms: tuple[str, ...]
    sizes: tuple[tuple[str, tuple[str, ...]], ...]
    prefix: str = "ViT-"

    def name(self, size: str) -> str:
        """The name of the release of a size."""
        return sized(self.model, size, self.prefix)


@dataclass(frozen=True)
class FamilyWord:
    """A family that can be named, what it is in words, and its synonyms. A `generic` one, such as ViTs, has the members of others
    too. `releases` are its members where these are no models of the vocabulary, but released weights."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    generic: bool = False
    releases: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricWord:
    """A metric that can be talked about; `comparatives` pairs a word ("shorter") with the relation it states.

    `layers` is what is meant where a sentence names none; "" for a metric that gives one number for a whole model. `factors`
    names the factors that data must have for the metric to be measured on it ("category" where any labels will do, "mask" where
    it has to be known where the objects are), `scopes` where it can be measured at all.

    Some words name the metric by themselves: `adjectives` ("shape-biased") and `predicates` ("captures longer-range patterns"),
    each with its relation, and `verbs` ("trains", as in "trains faster"); `probes` name it behind on, in, under or with ("with a
    linear classifier"). `loose` are phrases that may mean it ("attends more locally"), with the relation, or "" for a name: a
    sentence with one of them is only ever offered with the metric's own name. They are written of one model; of one with `more`
    the forms with `less`, and without either, are meant as well. `hints` are words that may mean it, which are only ever
    suggested. `class_token` is the metric that says the same of the class token. `presence` is the share of images above which
    what the metric counts is said to be there at all; None where that is no question. `heads`: each head of
    a layer has a value; the lab says so of metrics of attention alone. `pictures` is False for values that are not measured on a
    data set: those of a table or of a command.
    """

    name: str
    title: str
    unit: str
    unit_words: tuple[str, ...]
    synonyms: tuple[str, ...]
    comparatives: tuple[tuple[str, Relation], ...]
    margin: MarginWord
    layers: str
    factors: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = DECIDING
    adjectives: tuple[tuple[str, Relation], ...] = ()
    predicates: tuple[tuple[str, Relation], ...] = ()
    verbs: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    loose: tuple[tuple[str, Relation | Literal[""]], ...] = ()
    hints: tuple[str, ...] = ()
    class_token: str = ""
    presence: float | None = None
    heads: bool = True
    pictures: bool = True


@dataclass(frozen=True)
class DataWord:
    """A data set that can be named, and the factors that are known of its pictures."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeWord:
    """A change that can be made to a model. `phrases` stand behind the model's name, with `{}` for a value, `{n}` for one whose
    unit may be left out, or a value behind `=`. `value` gives a value as specs have it, from words, and raises SpecError for one
    that the change does not take. `of_numbers`: its values are numbers, in `unit`. `nouns` are phrases that name the change by
    itself. `names` are those of a setting that a metric may be followed over, at the values `levels` where none are named, and
    `listed` those that may be followed over where the sentence names its levels; `rising` is what it is to have more.

    `loose` pairs phrases that may mean it with those that surely do, which are offered for them. `spoken` are words by which a
    sentence surely speaks of it, with or without a value. `values` says which values it takes, and `example` is a phrase with
    one. `trained`: it is set before a training, so data that is named right behind it may be those of the training.
    `of_layers`: it may be made to some layers alone, so layers that are named right behind it may be
    meant of it."""

    name: str
    phrases: tuple[str, ...]
    value: Callable[[str], str]
    unit: str = ""
    of_numbers: bool = True
    nouns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    loose: tuple[tuple[str, str], ...] = ()
    spoken: tuple[str, ...] = ()
    values: str = ""
    example: str = ""
    trained: bool = False
    of_layers: bool = True


@dataclass(frozen=True)
class MissingWord:
    """The name of a plug-in that brings no words, and why. `failed` is False for one that only waits to be trusted."""

    name: str
    reason: str
    failed: bool

    def is_meant(self, text: str) -> bool:
        """Whether a sentence or a spec's field speaks of it, as a whole word."""
        names = (re.escape(name) for name in (self.name, self.name.replace("_", " ")))
        return re.search(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", text, re.IGNORECASE) is not None


def _nothing(name: str) -> None:
    """Of no name is there a released model."""


@dataclass(frozen=True)
class Vocabulary:
    """All words at once. Where a sentence names no data, `default_data` is meant for models that are trained here and
    `pretrained_data` for all others. `missing` are those of plug-ins that could not be loaded. `releases` can be named with a
    size, and `released` gives the model of such a name, or of a tag of timm; None for any other name."""

    models: tuple[ModelWord, ...]
    metrics: tuple[MetricWord, ...]
    data: tuple[DataWord, ...]
    default_data: str
    pretrained_data: str
    families: tuple[FamilyWord, ...] = ()
    missing: tuple[MissingWord, ...] = ()
    changes: tuple[ChangeWord, ...] = ()
    releases: tuple[ReleaseWord, ...] = ()
    released: Callable[[str], ModelWord | None] = field(default=_nothing, compare=False, repr=False)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Computed once: a vocabulary has thousands of words, and is asked about for each sentence."""
        return hash(tuple(getattr(self, each.name) for each in fields(self) if each.compare))

    def lacking(self, *texts: str) -> MissingWord | None:
        """The plug-in that brings nothing and that sentences or names speak of. One that is called like something that there is
        is not what they mean."""
        known = {word.name.casefold() for words in (self.metrics, self.models, self.data) for word in words}
        absent = (word for word in self.missing if word.name.casefold() not in known)
        return next((word for word in absent if any(word.is_meant(text) for text in texts)), None)

    def metric(self, name: str) -> MetricWord | None:
        return next((word for word in self.metrics if word.name == name), None)

    def model(self, name: str) -> ModelWord | None:
        """The model of a name, whatever is changed in it."""
        plain = Variant.parse(name).model
        return next((word for word in self.models if word.name == plain), None) or self.released(plain)

    def data_name(self, name: str, scope: Scope) -> str:
        """The data set that a spec's `where.data` means: itself, or the default one of the scope."""
        if name != "default":
            return name
        return self.default_data if scope.trained_here else self.pretrained_data

    def data_word(self, name: str) -> DataWord | None:
        return next((word for word in self.data if word.name == name), None)

    def members(self, name: str) -> tuple[str, ...]:
        """The models that a name means: those of a family, or the model itself."""
        family = next((family for family in self.families if family.name == name), None)
        members = tuple(model.name for model in self.models if name in model.families)
        return members or (family.releases if family else ()) or (name,)
