"""A model as a claim names it: by its name, and with what was changed in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PART = r"[^:(),]+: [^:(),]+"  # the name of a change and its value
LABEL = re.compile(rf"(?P<model>.+) \((?P<changes>{PART}(?:, {PART})*)\)")
SIZED = re.compile(r"(?P<model>.+?) ViT-(?P<size>[\w+-]+(?:/\d+)?(?:@\d+)?)(?P<rest> with .+)?")


def sized(model: str, size: str, prefix: str = "ViT-") -> str:
    """The name of a model's release of a size: "MAE ViT-L/16", "DINOv2 ViT-L/14 with registers", "ResNet-50"."""
    name, apart, rest = model.partition(" with ")
    joint = f" {prefix}" if prefix else "-"
    return f"{name.removesuffix(' ViT')}{joint}{size}{apart}{rest}"


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
        """The variant of a spec's mapping, `{model: MAE, size: L/16, with: {quantised to: 4 bit}}`. Raises ValueError for any
        other mapping."""
        model, size, changes = fields.get("model"), fields.get("size"), fields.get("with", {})
        unknown = sorted(set(fields) - {"model", "size", "with"})
        if unknown:
            raise ValueError(f"there is no key `{unknown[0]}`; a subject has `model`, `size` and `with`")
        if not isinstance(model, str) or not isinstance(size, str | None) or not isinstance(changes, Mapping):
            raise ValueError(
                "a subject is a name, or `model` with a name, `size` as in L/16, and `with` with changes and their values"
            )
        name = model if size is None else sized(model, size)
        if size is not None and not SIZED.fullmatch(name):
            raise ValueError(f"{size!r} is no size; write one as L/16, or L/14@336 with the edge of the pictures")
        variant = cls(name, tuple((str(name), str(value)) for name, value in changes.items()))
        if cls.parse(str(variant)) != variant:
            raise ValueError("the names and values of changes have no colon, comma or bracket")
        return variant

    def as_spec(self) -> str | dict[str, Any]:
        """What a spec holds: the name alone where it has no size and nothing is changed."""
        match = SIZED.fullmatch(self.model)
        if match is None and not self.changes:
            return self.model
        model = {"model": match["model"] + (match["rest"] or ""), "size": match["size"]} if match else {"model": self.model}
        changes = {name: int(value) if value.isdecimal() else value for name, value in self.changes}
        return {**model, "with": changes} if changes else model
