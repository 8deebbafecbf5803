"""The claim spec: what a sentence means, typed and strict. The format is a promise; see the manual."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from checker import strict_yaml
from checker.errors import SpecError
from checker.scope import Asked

Kind = Literal["compare", "threshold", "trend", "presence", "equivalence", "correlation", "ranking"]
Claimed = Literal["less", "greater", "not less", "not greater"]
Quantifier = Literal["all", "any", "most"]
ID = re.compile(r"[A-Za-z0-9-]+")
LAYERS = re.compile(
    r"all|upper half|lower half|(?:first|last) [1-9][0-9]*|layer [1-9][0-9]*"
    r"|layers [1-9][0-9]*(?:-[1-9][0-9]*|(?: and [1-9][0-9]*)+)"
)
SIGNATURE = re.compile(r"^# Written by check-claims \(([0-9a-f]{16})\)[^\n]*\n\Z", re.MULTILINE)
HEADS = re.compile(r"head [1-9][0-9]*")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value


Finite = Annotated[float, AfterValidator(_finite)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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

    `layers`: all, upper half, lower half, first N, last N, layer N, layers N-M, layers N and M (and so on; in YAML also as a list
    of numbers). `heads`: head N of each of the layers; where it
    is absent, the mean over the heads.
    """

    layers: str
    heads: str | None = None
    tokens: Literal["patches"] = "patches"
    data: str = "default"

    @field_validator("layers", mode="before")
    @classmethod
    def _numbers_are_layers(cls, value: Any) -> Any:
        if isinstance(value, list) and value and all(type(number) is int for number in value):
            return "layers " + " and ".join(map(str, value)) if len(value) > 1 else f"layer {value[0]}"
        return value

    @model_validator(mode="after")
    def _parts_are_known(self) -> Where:
        if not LAYERS.fullmatch(self.layers):
            raise ValueError(
                f"layers {self.layers!r}: write all, upper half, lower half, first N, last N, layer N, layers N-M or "
                "layers N and M (from 1)"
            )
        if " and " in self.layers:
            numbers = [int(number) for number in self.layers.removeprefix("layers ").split(" and ")]
            if numbers != sorted(set(numbers)):
                raise ValueError(f"layers {self.layers!r}: name each layer once, in growing order")
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
        if any(look < 2 for look in self.looks) or list(self.looks) != sorted(set(self.looks)):
            raise ValueError("looks must be growing numbers of seeds, each at least 2")
        return self


NEEDED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "compare": (("subject", "baseline", "relation"), ("margin", "factor", "quantifier", "members")),
    "threshold": (("subject", "relation", "bound"), ("margin", "quantifier", "members")),
    "trend": (("subject", "relation", "margin"), ("members",)),
    "presence": (("subject", "relation", "bound"), ("members",)),
    "equivalence": (("subject", "baseline", "margin"), ("quantifier", "members")),
    "correlation": (("other", "models", "relation", "margin"), ()),
    "ranking": (("order", "margin"), ("quantifier",)),
}
"""Kind -> the fields that it needs, and those that it may have."""
OPTIONAL = {
    *("other", "subject", "baseline", "relation", "order", "models", "members", "bound", "factor", "margin", "quantifier"),
}


class ClaimSpec(Strict):
    """One claim. What each kind says, and what it needs beside `metric`, `where` and `scope`:

    - compare: `subject` is less (greater) than `baseline` by more than `margin`, or by a `factor`;
    - threshold: `subject` lies above (greater) or below (less) `bound`;
    - trend: the metric of `subject` rises (greater) or falls (less) with depth, by more than `margin`;
    - presence: what the metric counts is there (greater) or not there (less) in more (fewer) than `bound` of the images;
    - equivalence: `subject` and `baseline` differ by less than `margin`;
    - correlation: over `models`, the metric and `other` correlate positively (greater) or negatively (less);
    - ranking: the models of `order` stand in that order, the highest first, each `margin` apart.

    A negated relation (`not less`, `not greater`) claims the other side of the same line. `quantifier` asks it of all, any or
    most of the layers one by one; without one, of their mean. `members` lists the models of a family that stands for a model:
    the claim is then about every pair.
    """

    id: str
    statement: str
    source: str
    kind: Kind
    metric: str
    other: str | None = None
    subject: str | None = None
    baseline: str | None = None
    relation: Claimed | None = None
    order: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    members: dict[str, tuple[str, ...]] | None = None
    bound: Bound | None = None
    factor: Annotated[Finite, Field(gt=0)] | None = None
    margin: Margin | None = None
    quantifier: Quantifier | None = None
    where: Where
    scope: Asked = "any"
    decide: Decide = Decide()
    reviewed: bool = False

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
        return {**values, **changed}

    @model_validator(mode="after")
    def _is_whole(self) -> ClaimSpec:
        if not ID.fullmatch(self.id):
            raise ValueError(f"id {self.id!r}: use letters, digits and hyphens only")
        needed, allowed = NEEDED[self.kind]
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(f"a {self.kind} claim needs `{name}`")
        for name in OPTIONAL - {*needed, *allowed}:
            if getattr(self, name) is not None:
                raise ValueError(f"a {self.kind} claim has no `{name}`")
        if self.kind == "compare" and (self.margin is None) == (self.factor is None):
            raise ValueError("a compare claim needs either a `margin` or a `factor`")
        if self.baseline is not None and self.subject == self.baseline:
            raise ValueError(f"{self.subject} is compared with itself; name another baseline")
        for name, least in (("order", 2), ("models", 4)):
            listed = getattr(self, name)
            if listed is not None and (len(listed) < least or len(set(listed)) < len(listed)):
                raise ValueError(f"`{name}` needs at least {least} different models")
        if self.kind == "presence" and self.bound is not None and not 0 < self.bound.value < 1:
            raise ValueError("the bound of a presence claim is a share of the images, between 0 and 1")
        return self

    def expand(self, name: str | None) -> tuple[str, ...]:
        """The models that a subject or baseline means: the members of a family, or itself; none for None."""
        if name is None:
            return ()
        return (self.members or {}).get(name, (name,))

    @property
    def names(self) -> tuple[str, ...]:
        """Every model that the claim is about, each once, in order."""
        listed = (*self.expand(self.subject), *self.expand(self.baseline), *(self.order or ()), *(self.models or ()))
        return tuple(dict.fromkeys(listed))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric, and the other one of a correlation."""
        return (self.metric, self.other) if self.other else (self.metric,)

    def as_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)

    def hash(self) -> str:
        """A hash of the fields that decide the verdict: not of wording, place or review."""
        fields = self.model_dump(mode="json", exclude={"id", "statement", "source", "reviewed"}, exclude_none=True)
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def parse_spec(text: str, name: str) -> ClaimSpec:
    """Read a spec from YAML. Raises SpecError: `name:line:column: what is wrong, and what to do`."""
    return make_spec(load_fields(text, name), text, name)


def load_fields(text: str, name: str) -> dict[str, Any]:
    """The fields of a YAML text, unchecked. Raises SpecError with the place of what is no YAML mapping."""
    try:
        values = strict_yaml.load(text)
    except strict_yaml.YamlError as error:
        raise SpecError(f"{name}:{error.line}:{error.column}: {error.problem}") from error
    if not isinstance(values, dict):
        line = len(text) - len(text.lstrip("\n")) + 1
        raise SpecError(f"{name}:{line}:1: not a claim spec; it is a list of `key: value` lines")
    return values


def make_spec(fields: dict[str, Any], text: str, name: str) -> ClaimSpec:
    """The spec of these fields, which stand in `text`, all or some of them. Raises SpecError with the place of what is wrong."""
    try:
        return ClaimSpec.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        line, column = _find(text, path)
        raise SpecError(f"{name}:{line}:{column}: {_explain(first, path)}") from error


def print_spec(spec: ClaimSpec) -> str:
    """The spec as YAML; stable bytes, keys in the order of the format, and a last line by which the tool knows its own text."""
    text = strict_yaml.dump(spec.as_dict())
    return f"{text}# Written by check-claims ({_digest(text)}). Edit it and it is yours: it is not overwritten then.\n"


def is_untouched(text: str) -> bool:
    """Whether `print_spec` made this text and nobody has changed it since."""
    match = SIGNATURE.search(text)
    return match is not None and match[1] == _digest(text[: match.start()])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _explain(error: Any, path: list[str]) -> str:
    where = ".".join(path)
    if error["type"] == "extra_forbidden":
        parts: dict[str, type[BaseModel]] = {"margin": Margin, "bound": Bound, "where": Where, "decide": Decide}
        fields = parts.get(path[0], ClaimSpec).model_fields
        near = difflib.get_close_matches(path[-1], list(fields), 1)
        return f"there is no key `{where}`" + (f"; did you mean `{near[0]}`?" if near else "")
    if error["type"] == "missing":
        return f"the key `{where}` is missing"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _find(text: str, path: list[str]) -> tuple[int, int]:
    """Where a key stands, 1-based; a missing key is looked for where its parent stands."""
    import yaml

    node = yaml.compose(text, Loader=yaml.SafeLoader)
    mark = node.start_mark if node else None
    for part in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        for key, value in pairs:
            if key.value == part:
                mark, node = key.start_mark, value
                break
        else:
            break
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
