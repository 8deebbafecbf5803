"""The record of a run: what was measured, on what, and what the rule made of it. Written as JSON; see the manual for the format.

Nothing here decides: `decide_again` does that, from a record alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PlainSerializer, Tag, model_validator

from checker.claims import ClaimSpec, select_layers
from checker.errors import SpecError
from checker.lab.recipes import Recipe
from checker.verdicts import Word
from checker.vocabulary import Scope

LAYER = r"^layer [1-9][0-9]{0,3}$"
LARGEST = 2**53  # whole numbers that a float holds exactly
BEYOND = 1e100  # no measurement is as large; its square still fits a float
ASKED = {
    *("kind", "metric", "other", "subject", "baseline", "relation", "order", "models", "members", "bound", "factor", "margin"),
    *("quantifier", "where", "scope", "decide"),
}
"""The fields of a spec that decide its verdict."""

Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Amount = Annotated[float, Field(ge=-BEYOND, le=BEYOND)]
Share = Annotated[float, Field(ge=0, le=1)]
Row = Annotated[tuple[Whole | Amount, ...], Field(min_length=1, fail_fast=True)]
Table = Annotated[tuple[Row, ...], Field(min_length=1, fail_fast=True)]
Claimed = Literal["below", "above", "between"]


def asked(spec: ClaimSpec) -> dict[str, Any]:
    """The fields of a spec that decide its verdict, as plain values."""
    return spec.model_dump(mode="json", include=ASKED, exclude_none=True)


def _without_identity(spec: Any) -> Any:
    """A spec that is the same for the same question, wherever and in whatever words it was asked."""
    fields = asked(spec) if isinstance(spec, ClaimSpec) else spec
    if not isinstance(fields, dict):
        return fields
    for name in ("id", "statement", "source", "reviewed"):
        if name in fields:
            raise ValueError(f"a recorded spec has no `{name}`")
    return {**fields, "id": "recorded", "statement": "", "source": ""}


Question = Annotated[ClaimSpec, BeforeValidator(_without_identity), PlainSerializer(asked)]
"""The spec of a run: what decides its verdict, without the claim's id, sentence and place."""


class Record(BaseModel):
    """A part of a record: it does not change, and a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True)


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


class Trained(Record):
    """A model that was trained here: one entry in each list for every seed."""

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


class Released(Record):
    """A model whose weights somebody has published."""

    tag: str
    """Its name in timm, or the path of its file."""
    licence: str
    """The licence of its weights."""
    file: str
    """The name of the file that was measured."""
    seeds: Annotated[tuple[Count, ...], Field(min_length=1, fail_fast=True)]
    """[0]: there is one checkpoint."""
    weights: Annotated[tuple[str, ...], Field(fail_fast=True)]
    """A hash of that file."""


def _source(model: Any) -> str:
    if isinstance(model, Record):
        return type(model).__name__
    return Released.__name__ if isinstance(model, dict) and "tag" in model else Trained.__name__


Model = Annotated[Annotated[Trained, Tag(Trained.__name__)] | Annotated[Released, Tag(Released.__name__)], Discriminator(_source)]


class Values(Record):
    """What is kept of one metric of one model, in the metric's unit."""

    layers: Table
    """(seeds, layers): the mean over the images; one layer for a metric of the whole model."""
    images: Table | Annotated[dict[Annotated[str, Field(pattern=LAYER)], Table], Field(min_length=1)]
    """(seeds, images): what the decision is made of, the mean over the layers of the claim, or 1 where an image shows what is
    claimed and else 0. By the name of the layer, "layer 1", where each layer is asked by itself."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of `images`: one, or one a layer."""
        return tuple(self.images.values()) if isinstance(self.images, dict) else (self.images,)

    @property
    def depth(self) -> int:
        """The number of layers measured."""
        return len(self.layers[0])

    @property
    def count(self) -> int:
        """The number of images measured."""
        return len(self.tables[0][0])

    def means(self) -> list[float]:
        """The mean of each seed over images, and over layers where they are kept apart."""
        rows = ([value for table in self.tables for value in table[seed]] for seed in range(len(self.layers)))
        return [sum(row) / len(row) for row in rows]

    @model_validator(mode="after")
    def _tables_are_whole(self) -> Values:
        for table in (self.layers, *self.tables):
            if len(table) != len(self.layers):
                raise ValueError(f"`layers` has {len(self.layers)} seeds and `images` {len(table)}")
            if len({len(row) for row in table}) > 1:
                raise ValueError("the rows of a table are not of one length")
        if len({len(table[0]) for table in self.tables}) > 1:
            raise ValueError("not every layer has the same number of images")
        return self


class RecordedPart(Record):
    """One of the verdicts that a verdict was made of."""

    name: str
    """The layer, the pair of models or the model that it is about."""
    word: Word
    """Its verdict."""
    effect: Amount | None
    """The effect, in the unit of that of the claim."""
    low: Amount | None
    """The lower end of its interval; null: it has none."""
    high: Amount | None
    """The upper end of its interval; null: it has none."""
    lines: Annotated[tuple[Amount, ...], Field(fail_fast=True)]
    """What the interval was held against."""
    p: Share | None
    """The smallest alpha at which it would be supported."""


class LossCurve(Record):
    """How the training of a model went that did not learn its task."""

    model: str
    """Its name and seed."""
    points: Annotated[tuple[tuple[Count, Amount], ...], Field(min_length=1, fail_fast=True)]
    """(step, training loss), smoothed over the steps between."""


class RecordedVerdict(Record):
    """A verdict as it is kept, rounded. Its numbers are null where a model had not learned its task, so that none was reached."""

    word: Word
    """The verdict."""
    effect: Amount | None
    """What the claim is about, in `effect_unit`."""
    low: Amount | None
    """The lower end of its interval; null: it has none."""
    high: Amount | None
    """The upper end of its interval; null: it has none."""
    margin: Amount | None
    """The smallest effect of interest, in the unit of the effect."""
    confidence: Share | None
    """The confidence of the interval, a share."""
    lines: Annotated[tuple[Amount, ...], Field(fail_fast=True)]
    """What the interval was held against, in the unit of the effect."""
    p: Share | None
    """The smallest alpha at which these values would give "supported"."""
    p_against: Share | None
    """The smallest alpha at which these values would give "refuted"."""
    seeds: Count
    """The number of seeds a model that were measured; the smallest where they differ."""
    images: Count
    """The number of images that were measured; the smallest where they differ."""
    seeds_needed: Count | None
    """An estimate of how many seeds would settle an open claim; null: it is settled, or out of reach."""
    rule: str
    """The rule that gave the verdict."""
    reason: str
    """Why, in one sentence."""
    parts: tuple[RecordedPart, ...] = ()
    """The verdicts on each layer, pair or model, where there are several."""
    left_out: tuple[str, ...] = ()
    """The models that did not count because they had not learned their task."""
    curve: LossCurve | None = None
    """The training of the model that had not learned its task."""

    @property
    def reached(self) -> bool:
        """Whether the models had learned their tasks, so that the values could be held against the claim."""
        return self.effect is not None


class Look(Record):
    """One look at one claim: what was asked, on what it was measured, and the values."""

    key: str
    """A hash of the spec, the code and the weights: a run stands until one of them changes."""
    reading: str
    """The claim in one plain sentence, as it was understood."""
    spec: Question
    """What was asked."""
    spec_hash: str
    """A hash of the spec."""
    scope: Scope
    """What the verdict is about: models trained here (toy), or released weights (pretrained)."""
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
    claimed: Claimed
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
    nondeterministic: dict[str, Amount] = {}
    """Metrics that gave something else when the same was measured twice, and by which share."""
    other_values: dict[str, Values] = {}
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
        if not names <= wanted or (self.spec.kind != "correlation" and names != wanted):
            raise ValueError("`about` does not name the models of the spec")
        wanted_data, data = self.spec.where.data, self.data.name
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
            _same(isinstance(model, Trained), self.scope == "toy", f"{name} is not of the scope {self.scope}")
        depths = {self.values[name].depth for name in self.about} - {1}
        for depth in depths:
            _layers_exist(self.spec, _layers(self.values[self.about[0]]), depth)
        by_layer = isinstance(self.values[self.about[0]].images, dict)
        if (by_layer and self.spec.kind != "trend" and self.spec.quantifier is None) or (
            self.spec.kind == "trend" and (not by_layer or self.values[self.about[0]].depth < 2)
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
        _same(self.data.images, self.images, f"`data` tells of {self.data.images} images, and {self.images} were measured")
        return self
