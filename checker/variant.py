"""A model as a claim names it: by its name, and with what was changed in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PART = r"[^:(),]+: [^:(),]+"  # the name of a change and its value
LABEL = re.compile(rf"(?P<model>.+) \((?P<changes>{PART}(?:, {PART})*)\)")


@dataclass(frozen=True)
class Variant:
    """A model and its changes, each a name with a value in words. Its text, `MAE (decoder depth: 2, quantised to: 4 bit)`,
    names it everywhere: in measurements, in evidence, in readings."""

    model: str
    changes: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        listed = ", ".join(f"{name}: {value}" for name, value in self.changes)
        return f"{self.model} ({listed})" if listed else self.model

    def changed(self, changes: Iterable[tuple[str, str]]) -> Variant:
        """The variant with more changes."""
        return Variant(self.model, (*self.changes, *changes))

    @classmethod
    def parse(cls, label: str) -> Variant:
        """The variant of a text; a text of any other form is the name of a model."""
        match = LABEL.fullmatch(label)
        if match is None:
            return cls(label)
        parts = (part.partition(": ") for part in match["changes"].split(", "))
        return cls(match["model"], tuple((name, value) for name, _, value in parts))

    @classmethod
    def of_mapping(cls, fields: Mapping[str, Any]) -> Variant:
        """The variant of a spec's mapping, `{model: MAE, with: {decoder depth: 2}}`. Raises ValueError for any other mapping."""
        changes = fields.get("with", {})
        unknown = sorted(set(fields) - {"model", "with"})
        if unknown:
            raise ValueError(f"there is no key `{unknown[0]}`; a subject has `model` and `with`")
        if not isinstance(fields.get("model"), str) or not isinstance(changes, Mapping):
            raise ValueError("a subject is a name, or `model` with a name and `with` with changes and their values")
        variant = cls(fields["model"], tuple((str(name), str(value)) for name, value in changes.items()))
        if cls.parse(str(variant)) != variant:
            raise ValueError("the names and values of changes have no colon, comma or bracket")
        return variant

    def as_spec(self) -> str | dict[str, Any]:
        """What a spec holds: the name alone where nothing is changed."""
        if not self.changes:
            return self.model
        return {"model": self.model, "with": {name: int(value) if value.isdecimal() else value for name, value in self.changes}}
