"""`claims/experiments/NAME.yaml`: which command measures which models, and what its numbers are. The format is a promise."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, field_validator

from checker import strict_yaml
from checker.durations import seconds_of
from checker.errors import ConfigurationError
from checker.lab.own.entries import NAME
from checker.lab.results.entry import Finite, Numbers, Text, explain_at_length
from checker.strict_model import Strict, place_of

PLACEHOLDER = re.compile(r"\{(model|seed|out)\}")
PLACEHOLDERS = ("model", "seed", "out")
SEEDS = 5  # where the file names none
MOST_SEEDS, MOST_IMAGES = 1000, 1_000_000
LONGEST = 1_000_000  # bytes


def inside(path: str) -> str:
    """A path or a pattern in the project. Raises ValueError for one that could lead out of it."""
    pure = PurePosixPath(path)
    if not path.strip() or "\0" in path:
        raise ValueError("is no path")
    if pure.is_absolute() or path.startswith("~") or "\\" in path:
        raise ValueError(f"{path!r} must be a path from the folder of the project")
    if ".." in pure.parts:
        raise ValueError(f"{path!r} must lie inside the project")
    return path


Inside = Annotated[str, AfterValidator(inside)]


class Metric(Numbers):
    """What the numbers of the command are. `margin` is the smallest difference of interest, in the unit; without it, 5 % of the
    baseline."""

    margin: Annotated[Finite, Field(ge=0)] | None = None


class Experiment(Strict):
    """One command, run once for each model and seed.

    `depends` are the files of the project that it reads or runs, `models` the file of each model that `{model}` stands for.
    `timeout` in seconds and `memory` in gigabytes are limits of one run. `images`: how many values a run gives, one an image;
    without it, a run gives one value.
    """

    command: Text
    depends: tuple[Inside, ...] = ()
    metric: Metric
    models: Annotated[Mapping[str, Inside], Field(min_length=1)]
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=MOST_SEEDS)] = tuple(range(SEEDS))
    timeout: float | None = None
    memory: Annotated[Finite, Field(gt=0)] | None = None
    images: Annotated[int, Field(ge=1, le=MOST_IMAGES)] | None = None

    @field_validator("depends", mode="before")
    @classmethod
    def _a_list(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("seeds", mode="before")
    @classmethod
    def _a_number_or_a_list(cls, value: Any) -> Any:
        if type(value) is int and 1 <= value <= MOST_SEEDS:
            return tuple(range(value))
        return tuple(value) if isinstance(value, list) else value

    @field_validator("seeds")
    @classmethod
    def _seeds_differ(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        twice = next((seed for seed in value if value.count(seed) > 1), None)
        if twice is not None:
            raise ValueError(f"the seed {twice} is listed twice")
        return value

    @field_validator("models")
    @classmethod
    def _are_names(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        wrong = next((name for name in value if not NAME.fullmatch(name)), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} is no name for a model")
        return value

    @field_validator("timeout", mode="before")
    @classmethod
    def _is_a_time(cls, value: Any) -> Any:
        if value is None or isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return value
        try:
            return seconds_of(f"{value}", "timeout")
        except ConfigurationError as error:
            raise ValueError(str(error)) from error

    @field_validator("command")
    @classmethod
    def _can_be_run(cls, value: str) -> str:
        words = _split(value)
        named = {match[1] for word in words for match in PLACEHOLDER.finditer(word)}
        lacking = [f"{{{name}}}" for name in PLACEHOLDERS if name not in named]
        if lacking:
            raise ValueError(f"lacks {' and '.join(lacking)}: each model and seed is a run of its own, which writes to {{out}}")
        if PLACEHOLDER.search(words[0]):
            raise ValueError("must begin with a program, not with a placeholder")
        for word in words:
            if not any(char.isspace() for char in word):  # a word with spaces is a text, as of sh -c
                inside(word.rpartition("=")[2] or word)
        return value

    @property
    def words(self) -> tuple[str, ...]:
        """The command as a program and its arguments, with placeholders."""
        return tuple(_split(self.command))

    def arguments(self, model: str, seed: int, out: str) -> list[str]:
        """The command of one run. A placeholder becomes text within its one argument; no shell reads it."""
        values = {"model": self.models[model], "seed": str(seed), "out": out}
        return [PLACEHOLDER.sub(lambda match: values[match[1]], word) for word in self.words]


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"cannot be split into words ({error})") from error
    if not words or "\0" in command:
        raise ValueError("is no command")
    return words


def parse_experiment(text: str, name: str) -> Experiment:
    """The experiment of a text. Raises ConfigurationError: `name:line:column: what is wrong, and what to do`."""
    try:
        values = strict_yaml.load(text)
    except strict_yaml.YamlError as error:
        raise ConfigurationError(f"{name}:{error.line}:{error.column}: {error.problem}") from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{name}:1:1: not an experiment; it has the keys command, depends, metric and models")
    try:
        return Experiment.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        line, column = place_of(text, first["loc"])
        known = (Metric if len(first["loc"]) > 1 else Experiment).model_fields
        raise ConfigurationError(f"{name}:{line}:{column}: {explain_at_length(first, first['loc'], known)}") from error
