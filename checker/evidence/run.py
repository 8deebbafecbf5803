"""The record of a run: what was measured, on what, and what the rule made of it. Written as JSON; see the manual for the format.

Nothing here decides: `decide_again` does that, from a record alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, model_validator

from checker.claims import ClaimSpec, select_layers
from checker.claims.kind import KINDS, Side
from checker.errors import SpecError
from checker.evidence.controls import Controls
from checker.evidence.models import Model, Trained
from checker.evidence.record import Amount, Count, Record
from checker.evidence.values import Values
from checker.evidence.verdict import RecordedVerdict
from checker.scope import Scope

USE = re.compile(r"[?&]use=\w+")  # how much of a folder's pictures is measured, which follows from the models


class CodeHashes(Record):
    """Hashes of all code that decides the numbers of a run."""

    metric: str
    """Of the metric and what it is measured with."""
    data: str
    """Of the data set."""
    decision: str
    """Of the decision rules."""
    other: str | None = None
    """Of the second metric of a correlation."""


class Data(Record):
    """The data that was measured on."""

    name: str
    """The name of the data set; of a folder with a hash of its contents."""
    split: str
    """The split that the images are from."""
    images: Count
    """How many images were measured."""


class Look(Record):
    """One look at one claim: what was asked, on what it was measured, and the values."""

    key: str
    """A hash of the spec, the code and the weights: a run stands until one of them changes."""
    reading: str
    """The claim in one plain sentence, as it was understood."""
    spec: Annotated[ClaimSpec, PlainSerializer(ClaimSpec.as_dict)]
    """What was asked."""
    spec_hash: str
    """A hash of the spec."""
    scope: Annotated[Scope, Field(strict=False)]
    """What the verdict is about: checkpoints of the project (own), released weights (pretrained), a table of results (recorded),
    or models trained here (toy)."""
    about: Annotated[tuple[str, ...], Field(min_length=1)]
    """The models that the claim is about, in its order."""
    look: Annotated[Count, Field(ge=1)]
    """Which of the declared looks this is, from 1."""
    unit: str
    """The unit of the values."""
    effect_unit: str
    """The unit of the effect, of its interval and of the lines."""
    effect_of: str
    """What the effect is, in words."""
    effect_from: Amount | None
    """The effect of two models that are alike; null where there is none such."""
    claimed: Side
    """On which side of the line, or of the two, the interval has to lie for the claim to hold."""
    uniform: Amount | None
    """The metric of uniform attention, in the unit of the values; null for a metric that is not of attention."""
    code: CodeHashes
    """The code that was run."""
    packages: dict[str, str]
    """The versions of the packages that the numbers may depend on."""
    python: str
    """The version of Python."""
    device: str
    """Where it was measured: cpu, or cuda."""
    dtype: str
    """The precision of the weights and of the measurement."""
    data: Data
    """What it was measured on."""
    models: Annotated[dict[str, Model], Field(min_length=1)]
    """The models that were measured, and where they came from."""
    values: Annotated[dict[str, Values], Field(min_length=1)]
    """The values of each model."""
    nondeterministic: dict[str, Amount] = Field(default={})
    """Metrics that gave something else when the same was measured twice, and by which share."""
    other_values: dict[str, Values] = Field(default={})
    """The values of the second metric of a correlation."""
    other_unit: str | None = None
    """The unit of those."""

    @property
    def images(self) -> int:
        """The number of images whose values are kept."""
        return max(values.count for table in (self.values, self.other_values) for values in table.values())

    @model_validator(mode="after")
    def _is_whole(self) -> Look:
        names, wanted = set(self.about), set(self.spec.names)
        if not names <= wanted or (KINDS[self.spec.kind].fewest is None and names != wanted):
            raise ValueError("`about` does not name the models of the spec")
        wanted_data, data = (USE.sub("", name) for name in (self.spec.where.data, self.data.name))
        known = ":" not in data if wanted_data == "default" else data == wanted_data or data.startswith(f"{wanted_data}@")
        _same(known, True, f"`data` is not {wanted_data}, which the spec asks for")
        _same(names | set(self.values), set(self.values), "`values` lacks a model that the run is about")
        _same(set(self.models), set(self.values), "`models` and `values` do not have the same models")
        if self.spec.other is not None or self.other_values:
            _same(set(self.other_values), set(self.values), "`other_values` and `values` do not have the same models")
        for table in (self.values, self.other_values):
            for name, values in table.items():
                _same(len(self.models[name].seeds), len(values.layers), f"{name} does not have one row of values a seed")
            _same(1, len({str(_layers(table[name])) for name in self.about if table}) or 1, "not all models have the same layers")
        for name, model in self.models.items():
            lists: list[Sequence[object]] = [model.weights]
            lists += [model.own_loss, model.probe, model.cpu_seconds] if isinstance(model, Trained) else []
            _same({len(model.seeds)}, {len(each) for each in lists}, f"{name} does not have one entry a seed")
            _same(model.scope, self.scope, f"{name} is not of the scope {self.scope}")
        depths = {self.values[name].depth for name in self.about} - {1}
        for depth in depths:
            _layers_exist(self.spec, _layers(self.values[self.about[0]]), depth)
        by_layer = isinstance(self.values[self.about[0]].images, dict)
        over_depth = KINDS[self.spec.kind].rule(self.spec).keep == "depth"
        if (by_layer and not over_depth and self.spec.quantifier is None) or (
            over_depth and (not by_layer or self.values[self.about[0]].depth < 2)
        ):
            raise ValueError(f"the values are not those of a claim of the kind {self.spec.kind}")
        return self


def _same(one: object, other: object, fault: str) -> None:
    if one != other:
        raise ValueError(fault)


def _layers_exist(spec: ClaimSpec, names: Sequence[str], depth: int) -> None:
    try:
        select_layers(spec.where.layers, depth)
    except SpecError as error:
        raise ValueError(str(error)) from error
    deepest = max((int(name.split()[1]) for name in names), default=0)
    _same(max(depth, deepest), depth, f"there are values of layer {deepest} of {depth}")


def _layers(values: Values) -> list[str]:
    return list(values.images) if isinstance(values.images, dict) else []


class Measured(Look):
    """All that a verdict follows from."""

    exact: bool
    """Whether the metric counts, so that nothing is sampled."""
    answers: tuple[Amount, Amount] | None = None
    """The values of an image that is answered wrongly and of one that is answered rightly, where each value is an answer."""
    given_away: str | None = None
    """Why the metric says nothing of what a toy knows: raw pixels of the data already give the answer. Null: they do not."""
    controls: Controls | None = None
    """How the lab answered published findings of the same sort, which decides whether its verdict counts. Null: the claim is
    about released weights, or about the toys themselves."""

    @property
    def barred(self) -> bool:
        """Whether no number of seeds could give a word."""
        return self.given_away is not None or (self.controls is not None and self.controls.trust == "contradicted")

    @model_validator(mode="after")
    def _counts_have_no_layers(self) -> Measured:
        if self.exact and any(_layers(values) for values in self.values.values()):
            raise ValueError("a count is one number for a whole model; it has no layers")
        return self


class Run(Measured):
    """One look at one claim with its verdict, as it is written today."""

    schema_: Literal[2] = Field(alias="schema")
    """The schema of this run."""
    verdict: RecordedVerdict
    """The verdict that the run gave."""

    def as_json(self) -> dict[str, Any]:
        """The run as plain values, the same for the same run, in the order of the format."""
        values = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"schema": values.pop("schema"), **values}

    @model_validator(mode="after")
    def _images_are_those_measured(self) -> Run:
        _same(self.data.images, self.images, f"`data` has {self.data.images} images, and {self.images} were measured")
        return self
