"""The claim spec: what a sentence claims, typed and strict. The format is a promise; see the manual."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    model_validator,
)

from checker.claims.kind import KINDS
from checker.scope import Asked
from checker.strict_model import Strict
from checker.variant import Variant
from checker.words import Claimed, Quantifier

LAYERS = re.compile(
    r"all|upper half|lower half|middle third|(?:first|last) [1-9][0-9]*|layer [1-9][0-9]*"
    r"|layers [1-9][0-9]*(?:-[1-9][0-9]*|(?: and [1-9][0-9]*)+)"
)
OF_EVERY_KIND = ("kind", "metric", "where", "scope", "decide")
MOST_SEEDS = 1000  # of a look
HEADS = re.compile(r"head [1-9][0-9]*")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


Finite = Annotated[float, AfterValidator(_finite)]


def _label(value: Any) -> Any:
    return str(Variant.of_mapping(value)) if isinstance(value, dict) else value


Subject = Annotated[str, BeforeValidator(_label), PlainSerializer(lambda label: Variant.parse(label).as_spec())]
"""A model by name; in YAML also as a mapping with what is changed in it, `{model: MAE, with: {decoder depth: 2}}`, which is kept
as the text of its `Variant`."""


def _in_words(value: Any) -> Any:
    """The value of a change as text, as labels have it."""
    return str(value) if type(value) in (int, float) else value


def _whole(value: str) -> str | int:
    return int(value) if value.isdecimal() else value


Level = Annotated[str, BeforeValidator(_in_words), PlainSerializer(_whole)]
"""A value of a change; in YAML also as a number."""


def _is_a_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"there is no kind {name!r}; there are: {', '.join(KINDS)}")
    return name


def _list_kinds(schema: dict[str, Any]) -> None:
    schema["enum"] = list(KINDS)
    schema["description"] = "\n".join(f"- {name}: {type(kind).__doc__}" for name, kind in KINDS.items())


def level_number(level: str) -> float:
    """The number that a level of a setting begins with. Raises ValueError where it has none."""
    match = re.match(r"\d+(?:\.\d+)?(?:e-?\d+)?", level)
    if match is None:
        raise ValueError(f"{level!r} is no number, so no metric can be followed over it")
    return float(match[0])


def check_levels(levels: tuple[str, ...]) -> None:
    """Raise ValueError for levels of a setting that are not three or more growing numbers."""
    numbers = [level_number(level) for level in levels]
    if len(numbers) < 3 or numbers != sorted(set(numbers)):
        raise ValueError("`over` needs at least 3 levels of a setting, in growing order")


def _as_text(value: Any) -> Any:
    """Layers that are listed by number, as text."""
    if isinstance(value, list) and value and all(type(number) is int for number in value):
        return "layers " + " and ".join(map(str, value)) if len(value) > 1 else f"layer {value[0]}"
    return value


def _are_layers(text: str) -> str:
    if not LAYERS.fullmatch(text):
        raise ValueError(
            f"layers {text!r}: write all, upper half, lower half, middle third, first N, last N, layer N, layers N-M or "
            "layers N and M (from 1)"
        )
    if " and " in text:
        numbers = [int(number) for number in text.removeprefix("layers ").split(" and ")]
        if numbers != sorted(set(numbers)):
            raise ValueError(f"layers {text!r}: name each layer once, in growing order")
    return text


Layers = Annotated[str, BeforeValidator(_as_text), AfterValidator(_are_layers)]
"""Layers of a network; in YAML also a list of numbers."""


class Margin(Strict):
    """The smallest effect of interest: a share of the baseline's mean (`relative`), or a value in the metric's unit."""

    value: Annotated[Finite, Field(ge=0)]
    unit: str = "relative"


class Bound(Strict):
    """A number that a claim is held against, in the metric's unit; for presence a share of the images."""

    value: Finite
    unit: str


class Where(Strict):
    """Which part of the model and which data.

    `layers`: all, upper half, lower half, middle third, first N, last N, layer N, layers N-M, layers N and M (and so on; in YAML
    also as a list of numbers). `heads`: head N of each of the layers; where it is absent, the mean over the heads.
    """

    layers: Layers
    heads: str | None = None
    tokens: Literal["patches"] = "patches"
    data: str = "default"

    @model_validator(mode="after")
    def _heads_are_known(self) -> Where:
        if self.heads is not None and not HEADS.fullmatch(self.heads):
            raise ValueError(f"heads {self.heads!r}: write head N (from 1)")
        return self


class Decide(Strict):
    """The decision rule: error rate `alpha`, spent over the declared looks (numbers of seeds) as O'Brien and Fleming do."""

    alpha: Annotated[Finite, Field(gt=0, lt=0.5)] = 0.05
    looks: Annotated[tuple[int, ...], Field(min_length=1)] = (3, 5, 8)

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("looks"), list):
            return {**values, "looks": tuple(values["looks"])}
        return values

    @model_validator(mode="after")
    def _looks_grow(self) -> Decide:
        if not all(2 <= look <= MOST_SEEDS for look in self.looks) or list(self.looks) != sorted(set(self.looks)):
            raise ValueError(f"looks must be growing numbers of seeds, each from 2 to {MOST_SEEDS}")
        return self


class ClaimSpec(Strict):
    """What a claim says. Which of the fields beside `metric`, `where`, `scope` and `decide` it has depends on its kind.

    A negated relation (`not less`, `not greater`) claims the other side of the same line. `quantifier` asks it of all, any or
    most of the layers one by one; without one, of their mean. `members` lists the models of a family that stands for a model:
    the claim is then about every pair. `loss` asks for what is lost by a change: the metric without it, minus the metric with it.
    `than` are the layers that those of `where` are compared with. `over` names a setting and the levels of it that a metric is
    followed over, in growing order.
    """

    kind: Annotated[str, AfterValidator(_is_a_kind), Field(json_schema_extra=_list_kinds)]
    metric: str
    other: str | None = None
    subject: Subject | None = None
    baseline: Subject | None = None
    than: Layers | None = None
    relation: Claimed | None = None
    order: tuple[Subject, ...] | None = None
    models: tuple[Subject, ...] | None = None
    members: dict[str, tuple[str, ...]] | None = None
    loss: Annotated[dict[str, Level], Field(min_length=1)] | None = None
    over: Annotated[dict[str, tuple[Level, ...]], Field(min_length=1, max_length=1)] | None = None
    bound: Bound | None = None
    factor: Annotated[Finite, Field(gt=0)] | None = None
    margin: Margin | None = None
    quantifier: Quantifier | None = None
    where: Where
    scope: Asked = "any"
    decide: Decide = Decide()

    @model_validator(mode="before")
    @classmethod
    def _lists_are_tuples(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        changed: dict[str, Any] = {
            name: tuple(values[name]) for name in ("order", "models") if isinstance(values.get(name), list)
        }
        members = values.get("members")
        if isinstance(members, dict):
            changed["members"] = {key: tuple(entry) if isinstance(entry, list) else entry for key, entry in members.items()}
        over = values.get("over")
        if isinstance(over, dict):
            changed["over"] = {key: tuple(entry) if isinstance(entry, list) else entry for key, entry in over.items()}
        return {**values, **changed}

    @model_validator(mode="after")
    def _is_whole(self) -> ClaimSpec:
        kind = KINDS[self.kind]
        for name in kind.needs:
            if getattr(self, name) is None:
                raise ValueError(f"a {self.kind} claim needs `{name}`")
        for name in type(self).model_fields.keys() - {*OF_EVERY_KIND, *kind.needs, *kind.may}:
            if getattr(self, name) is not None:
                raise ValueError(f"a {self.kind} claim has no `{name}`")
        if kind.either and sum(getattr(self, name) is not None for name in kind.either) != 1:
            raise ValueError(f"a {self.kind} claim needs either {' or '.join(f'a `{name}`' for name in kind.either)}")
        if self.baseline is not None and self.subject == self.baseline:
            raise ValueError(f"{self.subject} is compared with itself; name another baseline")
        for levels in (self.over or {}).values():
            check_levels(levels)
        if self.loss is not None and self.margin is not None and self.margin.unit == "relative":
            raise ValueError("a loss takes a margin in the unit of the metric: what it would be a share of may be 0")
        self._changes_are_single()
        kind.check(self)
        return self

    def _changes_are_single(self) -> None:
        """Raise ValueError where a model is changed by what is asked of it as well."""
        asked = {**(self.loss or {}), **(self.over or {})}
        for label in filter(None, (self.subject, self.baseline)):
            for name, _ in Variant.parse(label).changes:
                if name in asked:
                    raise ValueError(f"{label} has one {name}, so nothing is asked of it over another")

    def expand(self, name: str | None) -> tuple[str, ...]:
        """The models that a subject or baseline means: the members of a family, or itself; none for None."""
        if name is None:
            return ()
        return (self.members or {}).get(name, (name,))

    def measured(self, name: str) -> tuple[str, ...]:
        """What is measured of one model: itself; without and with the change that it may lose by; or each level of a setting."""
        variant = Variant.parse(name)
        if self.loss is not None:
            return name, str(variant.changed(self.loss.items()))
        if self.over is not None:
            ((setting, levels),) = self.over.items()
            return tuple(str(variant.changed([(setting, level)])) for level in levels)
        return (name,)

    @property
    def names(self) -> tuple[str, ...]:
        """Every model that the claim is about, each once, in order."""
        listed = (*self.expand(self.subject), *self.expand(self.baseline), *(self.order or ()), *(self.models or ()))
        return tuple(dict.fromkeys(each for name in listed for each in self.measured(name)))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric, and the other one of a correlation."""
        return (self.metric, self.other) if self.other else (self.metric,)

    def margin_option(self) -> dict[str, float]:
        """The margin as an option of the decision rules: a share of the baseline, or a value."""
        assert self.margin is not None
        return {"relative" if self.margin.unit == "relative" else "margin": self.margin.value}

    def as_dict(self) -> dict[str, Any]:
        """The fields that are set, as plain values, in the order of the format."""
        return self.model_dump(mode="json", exclude_none=True)

    def hash(self) -> str:
        """A hash of what is claimed and of how it is decided."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:16]
