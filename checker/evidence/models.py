"""The models of a run, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Discriminator, Field, PlainSerializer, Tag

from checker.evidence.record import Amount, Count, Record, Share
from checker.lab.recipes import Recipe
from checker.scope import Scope


class Trained(Record):
    """A model that was trained here: one entry in each list for every seed."""

    scope: ClassVar[Scope] = Scope.TOY

    recipe: Annotated[Recipe, PlainSerializer(Recipe.as_dict)]
    """Everything that decides the weights, but the seed."""
    seeds: Annotated[tuple[Count, ...], Field(min_length=1, fail_fast=True)]
    """The seeds."""
    weights: Annotated[tuple[str, ...], Field(fail_fast=True)]
    """A hash of the weights of each seed."""
    own_loss: Annotated[tuple[tuple[Amount | None, Amount | None], ...], Field(fail_fast=True)]
    """The training objective on held-out images, before and after training; null for a model without an objective."""
    probe: Annotated[tuple[tuple[Share, Share], ...], Field(fail_fast=True)]
    """The accuracy of linear probes in the best block, before and after training: a share of the held-out images."""
    images_seen: Count
    """How many images each seed was trained on, repetitions included."""
    cpu_seconds: Annotated[tuple[Amount, ...], Field(fail_fast=True)]
    """The processor time of each training, in seconds."""
    changes: dict[str, str] = Field(default={})
    """What was changed in the model, by name: before its training, or in what was trained."""


class Released(Record):
    """A model whose weights somebody has published."""

    scope: ClassVar[Scope] = Scope.PRETRAINED

    tag: str
    """Its name in timm, or the path of its file."""
    licence: str
    """The licence of its weights."""
    file: str
    """The name of the file that was measured."""
    seeds: Annotated[tuple[Count, ...], Field(min_length=1, fail_fast=True)]
    """[0]: there is one checkpoint."""
    weights: Annotated[tuple[str, ...], Field(fail_fast=True)]
    """A hash of that file, and of what was changed in it."""
    changes: dict[str, str] = Field(default={})
    """What was changed in the model, by name."""


class Sourced(Record):
    """A model of any other source, as that source describes it: the project's own checkpoints, or the rows of a table."""

    scope: Annotated[Scope, Field(strict=False)]
    """The scope of the source."""
    origin: dict[str, str]
    """What the source says of where it is from: files, their hashes, and how they were read."""
    seeds: Annotated[tuple[Count, ...], Field(min_length=1, fail_fast=True)]
    """The seeds."""
    weights: Annotated[tuple[str, ...], Field(fail_fast=True)]
    """A hash of what each seed's values are made of: of the weights, or of the rows."""
    changes: dict[str, str] = Field(default={})
    """What was changed in the model, by name."""


def _source(model: Any) -> str:
    if isinstance(model, Record):
        return type(model).__name__
    known = isinstance(model, dict)
    return (Released if known and "tag" in model else Sourced if known and "origin" in model else Trained).__name__


Model = Annotated[
    Annotated[Trained, Tag(Trained.__name__)]
    | Annotated[Released, Tag(Released.__name__)]
    | Annotated[Sourced, Tag(Sourced.__name__)],
    Discriminator(_source),
]


def model_record(scope: Scope, seeds: tuple[int, ...], weights: tuple[str, ...], origin: Mapping[str, Any]) -> Model:
    """The record of a model of a scope; `origin` is what its source keeps of it."""
    for record in (Trained, Released):
        if record.scope is scope:
            return record(seeds=seeds, weights=weights, **origin)
    changes = origin.get("changes", {})
    kept = {name: value for name, value in origin.items() if name != "changes"}
    return Sourced(scope=scope, origin=kept, seeds=seeds, weights=weights, changes=changes)
