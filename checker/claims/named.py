"""A spec with the identity of its claim, and the file that holds both. The format is a promise; see the manual."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, field_validator

from checker import strict_yaml
from checker.claims.spec import Bound, ClaimSpec, Decide, Margin, Where
from checker.errors import SpecError
from checker.strict_model import Strict, explain, place_of

ID = re.compile(r"[A-Za-z0-9-]+")
SIGNATURE = re.compile(r"^# Written by check-claims \(([0-9a-f]{16})\)[^\n]*\n\Z", re.MULTILINE)
PARTS: dict[str, type[BaseModel]] = {"margin": Margin, "bound": Bound, "where": Where, "decide": Decide}

Model = TypeVar("Model", bound=BaseModel)


class Identity(Strict):
    """Which claim a spec is of: its id, its sentence and place as in the note, and whether a person has reviewed the spec."""

    id: str
    statement: str
    source: str
    reviewed: bool = False

    @field_validator("id")
    @classmethod
    def _id_is_plain(cls, name: str) -> str:
        if not ID.fullmatch(name):
            raise ValueError(f"{name!r}: use letters, digits and hyphens only")
        return name


@dataclass(frozen=True)
class NamedSpec:
    """What `claims/<id>.yaml` holds."""

    identity: Identity
    spec: ClaimSpec

    def as_dict(self) -> dict[str, Any]:
        """All fields that are set, as plain values, in the order of the format."""
        names = self.identity.model_dump()
        reviewed = names.pop("reviewed")
        return {**names, **self.spec.as_dict(), "reviewed": reviewed}


def parse_spec(text: str, name: str) -> NamedSpec:
    """Read a spec file. Raises SpecError: `name:line:column: what is wrong, and what to do`."""
    fields = load_fields(text, name)
    own = {key: fields.pop(key) for key in Identity.model_fields if key in fields}
    return NamedSpec(_validated(Identity, own, text, name), make_spec(fields, text, name))


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
    return _validated(ClaimSpec, fields, text, name)


def print_spec(named: NamedSpec) -> str:
    """The spec as YAML; stable bytes, keys in the order of the format, and a last line by which the tool knows its own text."""
    text = strict_yaml.dump(named.as_dict())
    return f"{text}# Written by check-claims ({_digest(text)}). Edit it and it is yours: it is not overwritten then.\n"


def is_untouched(text: str) -> bool:
    """Whether `print_spec` made this text and nobody has changed it since."""
    match = SIGNATURE.search(text)
    return match is not None and match[1] == _digest(text[: match.start()])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _validated(model: type[Model], fields: dict[str, Any], text: str, name: str) -> Model:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        line, column = place_of(text, path)
        part = PARTS.get(path[0]) if path else None
        known = part.model_fields if part else {**Identity.model_fields, **ClaimSpec.model_fields}
        raise SpecError(f"{name}:{line}:{column}: {explain(first, path, known)}") from error
