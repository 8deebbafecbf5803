"""`claims/results.yaml`: which file holds results, what its columns mean, and which rows count. The format is a promise."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator, model_validator

from checker import strict_yaml
from checker.errors import ConfigurationError
from checker.strict_model import Strict, explain, place_of

Format = Literal[
    "csv",
    "jsonl",
    "parquet",
    "mlflow",
    "wandb",
    "wandb-offline",
    "tensorboard",
    "lightning",
    "hydra",
    "dvclive",
    "optuna",
    "hf-trainer",
    "lm-eval",
    "inspect",
]
Layout = Literal["long", "wide", "wandb-chart"]
Scalar = str | int | float | bool | None
SHARES, PERCENTS = ("share",), ("%", "percent")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _filled(text: str) -> str:
    if text.strip() in ("", "?"):
        raise ValueError("is still to be filled in")
    return text


Text = Annotated[str, AfterValidator(_filled)]
Finite = Annotated[float, AfterValidator(_finite)]


class Columns(Strict):
    """What each column means: its name, a dotted path into a record, `folder.N`, or `FIELD:pattern`.

    A pattern is a regular expression; its first group is taken, or the whole match. `image` and `example` are the same: one row
    for each of them, which are never replicates.
    """

    model: Text | None = None
    seed: Text | None = None
    value: Text | None = None
    image: Text | None = None
    example: Text | None = None
    layer: Text | None = None
    split: Text | None = None
    step: Text | None = None

    @model_validator(mode="after")
    def _one_kind_of_image(self) -> Columns:
        if self.image and self.example:
            raise ValueError("`image` and `example` mean the same; name one of them")
        return self

    @property
    def item(self) -> str | None:
        """The column of images or examples."""
        return self.image or self.example


class AtStep(Strict):
    """The value at this step; a run without it has no value."""

    step: int


class Numbers(Strict):
    """What values are. A `share` lies in [0, 1] and `%` in [0, 100]."""

    name: Text
    unit: Text
    better: Literal["higher", "lower"]

    @property
    def ends(self) -> tuple[float, float]:
        """Between which values of this unit lie."""
        if self.unit in SHARES:
            return 0.0, 1.0
        return (0.0, 100.0) if self.unit in PERCENTS else (-math.inf, math.inf)


class Metric(Numbers):
    """What the values of a table are; one outside its unit stops. `margin` is the smallest difference of interest, in their
    unit."""

    margin: Annotated[Finite, Field(ge=0)]


class Entry(Strict):
    """One table of results."""

    file: Text
    format: Format | None = None
    layout: Layout = "long"
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    experiment: Text | None = None
    study: Text | None = None
    columns: Columns = Columns()
    where: Mapping[str, Scalar] = {}
    take: Literal["last", "best"] | AtStep | None = None
    seeds: tuple[int | str, ...] | None = None
    metric: Metric
    models: Mapping[str, Text] | None = None

    @field_validator("models", mode="before")
    @classmethod
    def _keys_are_text(cls, value: Any) -> Any:
        return {str(key): name for key, name in value.items()} if isinstance(value, dict) else value

    @field_validator("seeds", mode="before")
    @classmethod
    def _a_list(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("take", mode="before")
    @classmethod
    def _one_of_three(cls, value: Any) -> Any:
        if value in (None, "last", "best"):
            return value
        if isinstance(value, dict) and list(value) == ["step"] and type(value["step"]) is int:
            return value
        raise ValueError("write last, best or {step: N}")

    @field_validator("separator")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and len(value) != 1:
            raise ValueError('must be one character; a tab is written "\\t"')
        return value

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            "".encode(value or "utf-8")
        except (LookupError, ValueError):
            raise ValueError(f"{value!r} is no encoding that Python knows") from None
        return value

    def named(self, model: str) -> str | None:
        """The name in claims of a model of the table: literal names come before patterns. None where it has none.

        Raises ConfigurationError where two patterns fit and disagree.
        """
        if self.models is None or model in self.models:
            return model if self.models is None else self.models[model]
        fitting = {pattern: name for pattern, name in self.models.items() if fnmatch.fnmatchcase(model, pattern)}
        if len(set(fitting.values())) > 1:
            raise ConfigurationError(f"{self.file}: the model {model!r} fits {' and '.join(map(repr, fitting))} under `models`")
        return next(iter(fitting.values()), None)


def read_entries(text: str, name: str = "results.yaml") -> tuple[Entry, ...]:
    """The tables that a results.yaml names. Raises ConfigurationError: `name:line:column: what is wrong, and what to do`."""
    try:
        values = strict_yaml.load(text)
    except strict_yaml.YamlError as error:
        raise ConfigurationError(f"{name}:{error.line}:{error.column}: {error.problem}") from error
    if values is None:
        return ()
    if not isinstance(values, list):
        raise ConfigurationError(f"{name}:1:1: not a list of tables; each begins with `- file: ...`")
    entries: list[Entry] = []
    for index, value in enumerate(values):
        try:
            entries.append(Entry.model_validate(value))
        except ValidationError as error:
            first = error.errors()[0]
            path = tuple(part for part in first["loc"] if part not in ("AtStep",))
            line, column = place_of(text, (index, *path))
            raise ConfigurationError(f"{name}:{line}:{column}: {_explain(first, path)}") from error
    for index, entry in enumerate(entries):
        same = [other for other in entries[:index] if other.metric.name == entry.metric.name]
        if any(other.metric != entry.metric for other in same):
            line, column = place_of(text, (index, "metric"))
            raise ConfigurationError(
                f"{name}:{line}:{column}: the metric {entry.metric.name!r} is described twice, and not in the same way"
            )
    return tuple(entries)


def _explain(error: Any, path: tuple[Any, ...]) -> str:
    parts: dict[str, type[BaseModel]] = {"columns": Columns, "metric": Metric, "take": AtStep}
    return explain_at_length(error, path, (parts.get(str(path[0]), Entry) if len(path) > 1 else Entry).model_fields)


def explain_at_length(error: Any, path: tuple[Any, ...], fields: Collection[str]) -> str:
    """What is wrong at a path of a file, in a sentence; where no key is like an unknown one, all `fields` are named."""
    where = tuple(map(str, path))
    text = explain(error, where, fields)
    if error["type"] == "extra_forbidden":
        return text if text.endswith("?") else f"{text}; known are {', '.join(fields)}"
    if error["type"] == "missing" or not where:
        return text
    message = text.removeprefix(f"{'.'.join(where)}: ")
    return f"{'.'.join(where)}: {message[:1].lower()}{message[1:]}"
