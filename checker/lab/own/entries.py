"""claims/models.yaml: the checkpoints that a project calls by names of its own. No Python, nothing that needs to be trusted."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from checker import strict_yaml
from checker.errors import ConfigurationError
from checker.lab.description import Channels
from checker.strict_model import Strict, explain

FILE = "models.yaml"
LONGEST = 1_000_000  # bytes
NAME = re.compile(r"\w(?:[\w .+/@-]*[\w+])?")
NORMALISATIONS: dict[str, tuple[Channels, Channels]] = {  # mean and standard deviation of pictures in [0, 1]
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "none": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
}


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return float(value)


Number = Annotated[float, AfterValidator(_finite)]


class Normalisation(Strict):
    """Mean and standard deviation of each channel, of pictures in [0, 1]."""

    mean: Annotated[list[Number], Field(min_length=3, max_length=3)]
    std: Annotated[list[Annotated[Number, Field(gt=0)]], Field(min_length=3, max_length=3)]


class Entry(Strict):
    """One model of models.yaml.

    `architecture` is timm's name, `arguments` what differs from it; without a name they are those of timm's VisionTransformer.
    Both may be absent where a config.json beside the weights has them. `normalise`: imagenet, half, clip, none, or mean and std.
    `key` and `prefix` say which encoder of a file is meant, `aside` which parts beside it are none of it. `seeds`: one file or
    folder for each seed, from the folder of the project.
    """

    families: list[str] = Field(default=[])
    architecture: str = ""
    arguments: dict[str, Any] = Field(default={})
    normalise: str | Normalisation | None = None
    key: str | None = None
    prefix: str | None = None
    aside: list[str] = Field(default=[])
    seeds: Annotated[list[str], Field(min_length=1)]

    @field_validator("normalise")
    @classmethod
    def _is_known(cls, value: Any) -> Any:
        if isinstance(value, str) and value not in NORMALISATIONS:
            raise ValueError(f"no normalisation is called {value!r}; write {', '.join(NORMALISATIONS)}, or mean and std")
        return value

    @field_validator("arguments")
    @classmethod
    def _are_allowed(cls, value: dict[str, Any]) -> dict[str, Any]:
        from checker.lab.own.network import OWN_ARGUMENTS

        unknown = sorted(map(str, set(value) - set(OWN_ARGUMENTS)))
        heads = value.get("num_heads", 1)
        if type(heads) is not int:
            raise ValueError("num_heads: no file shows how many attention heads there are; write the number")
        if unknown:
            near = difflib.get_close_matches(unknown[0], OWN_ARGUMENTS, 1)
            raise ValueError(f"may not set {unknown[0]}" + (f"; did you mean {near[0]}?" if near else ""))
        return value

    @model_validator(mode="after")
    def _seeds_differ(self) -> Entry:
        twice = sorted({path for path in self.seeds if self.seeds.count(path) > 1})
        if twice:
            raise ValueError(f"seeds: {twice[0]} is listed twice; a file is one seed")
        return self

    @property
    def channels(self) -> tuple[Channels, Channels] | None:
        """Mean and standard deviation, None where the entry leaves them to the description beside the weights."""
        if isinstance(self.normalise, Normalisation):
            mean, std = self.normalise.mean, self.normalise.std
            return (mean[0], mean[1], mean[2]), (std[0], std[1], std[2])
        return NORMALISATIONS[self.normalise] if self.normalise else None


@dataclass(frozen=True)
class OwnModel:
    """An entry under its name, and the folder at which its paths start and inside which they stay."""

    name: str
    entry: Entry
    root: Path

    def file(self, seed: int) -> Path:
        """The checkpoint of a seed, 0 for the first. Raises ConfigurationError for a path that leaves the project."""
        path = self.entry.seeds[seed]
        try:
            inside = (self.root / path).resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError, RuntimeError) as error:
            raise ConfigurationError(f"{self.name}: there can be no file of that name ({error})") from error
        if not inside:
            raise ConfigurationError(f"{self.name}: {path} does not lie inside {self.root}; put the checkpoint into the project")
        return self.root / path


def read_models(folder: Path, root: Path) -> dict[str, OwnModel]:
    """The models of a project's claims folder by name; none where it has no models.yaml.

    Raises ConfigurationError, as `file:line:column: what is wrong`.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > LONGEST:
            raise ConfigurationError(f"{path}: too long for a list of models")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error})") from error
    return parse_models(text, str(path), root)


def parse_models(text: str, name: str, root: Path) -> dict[str, OwnModel]:
    """The models of a text; `name` is what errors call it."""
    try:
        values, places = strict_yaml.load_with_places(text)
    except strict_yaml.YamlError as error:
        raise ConfigurationError(f"{name}:{error.line}:{error.column}: {error.problem}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigurationError(f"{name}:1:1: not a mapping of names to models")
    models = {}
    for key, value in values.items():
        if not isinstance(key, str) or not NAME.fullmatch(key):
            raise ConfigurationError(f"{_place(name, text, places, (str(key),))}: {key!r} is no name for a model")
        try:
            models[key] = OwnModel(key, Entry.model_validate(value), root)
        except ValidationError as error:
            first = error.errors()[0]
            where = tuple(str(part) for part in first["loc"] if part not in ("str", "Normalisation"))
            place = _place(name, text, places, (key, *where))
            raise ConfigurationError(f"{place}: {key}: {explain(first, where, Entry.model_fields)}") from error
    return models


def _place(name: str, text: str, places: tuple[strict_yaml.Place, ...], path: tuple[str, ...]) -> str:
    """Where a value stands, or else the nearest thing around it, as `file:line:column`."""
    for length in range(len(path), 0, -1):
        start = next((place.start for place in places if place.path[:length] == path[:length]), None)
        if start is not None:
            before = text[:start]
            return f"{name}:{before.count(chr(10)) + 1}:{start - before.rfind(chr(10))}"
    return f"{name}:1:1"
