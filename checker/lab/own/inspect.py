"""What a checkpoint holds, for a person who writes an entry of models.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker import strict_yaml
from checker.errors import MeasurementError
from checker.lab.description import Channels
from checker.lab.own.contents import Contents, read_contents
from checker.lab.own.encoders import Found, find_encoders, parts_of, shown_names, why_none
from checker.lab.own.suggest import Suggestion, completeness, suggest

SCHEMA = 1
NO_HEADS = "?"


@dataclass(frozen=True)
class Seen:
    """An encoder of a checkpoint: where it is, its architecture as far as it can be seen, the names left aside, and why it cannot
    be loaded ("": it can)."""

    key: str
    prefix: str
    layout: str
    suggestion: Suggestion
    aside: tuple[str, ...] = ()
    fault: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The encoder as JSON values."""
        return {
            "key": self.key,
            "prefix": self.prefix,
            "layout": self.layout,
            "architecture": self.suggestion.architecture or None,
            "arguments": dict(self.suggestion.arguments),
            "complete": not self.fault,
            "fault": self.fault or None,
            "unknown": list(self.suggestion.unknown),
            "remarks": list(self.suggestion.remarks),
            "aside": list(self.aside),
        }


@dataclass(frozen=True)
class Inspection:
    """What a file or folder holds: its encoders, its normalisation where a description has it, and why it is `refused`."""

    path: Path
    encoders: tuple[Seen, ...] = ()
    mean: Channels | None = None
    std: Channels | None = None
    refused: str = ""
    files: tuple[Path, ...] = field(default=())

    @property
    def layout(self) -> str | None:
        """The layout of all encoders; None where there is none."""
        return self.encoders[0].layout if self.encoders else None

    def as_dict(self) -> dict[str, Any]:
        """The answer of `models inspect --json`."""
        return {
            "schema": SCHEMA,
            "file": str(self.path),
            "layout": self.layout,
            "encoders": [seen.as_dict() for seen in self.encoders],
            "refused": self.refused or None,
        }

    def entry(self, seen: Seen) -> str:
        """The entry of models.yaml for one of the encoders, to be pasted. What no file shows stands in it as a question."""
        name = re.sub(r"[^\w.+-]+", "-", self.path.name.partition(".")[0]).strip("-.") or "my-model"
        lines = [f"{name}:", "  families: []"]
        arguments = dict(seen.suggestion.arguments)
        arguments |= dict.fromkeys(seen.suggestion.unknown, NO_HEADS)
        if seen.suggestion.architecture:
            lines.append(f"  architecture: {seen.suggestion.architecture}")
        if arguments:
            lines.append("  " + strict_yaml.dump({"arguments": arguments}).rstrip())
        lines += [f"  # {remark}" for remark in seen.suggestion.remarks]
        if self.mean is None or self.std is None:
            lines.append("  normalise: imagenet  # or half, clip, none, {mean: [...], std: [...]}: no file says it")
        if len(self.encoders) > 1:
            lines += [f"  {what}: {strict_yaml.dump({'x': value})[3:].rstrip()}" for what, value in self._place(seen)]
        lines.append("  " + strict_yaml.dump({"seeds": [str(self.path)]}).rstrip())
        return "\n".join(lines) + "\n"

    def _place(self, seen: Seen) -> list[tuple[str, str]]:
        """What distinguishes an encoder from the others: its key, its prefix, or both."""
        others = [each for each in self.encoders if each is not seen]
        if all(each.key != seen.key for each in others):
            return [("key", seen.key)]
        if all(each.prefix != seen.prefix for each in others):
            return [("prefix", seen.prefix)]
        return [("key", seen.key), ("prefix", seen.prefix)]


def inspect(path: Path) -> Inspection:
    """Look at a weight file, an index of shards or a folder. What cannot be read is in the answer, with what to do."""
    try:
        contents = read_contents(path)
    except MeasurementError as error:
        return Inspection(path, refused=str(error))
    encoders = tuple(_seen(found, contents.config) for found in find_encoders(contents.tree))
    return Inspection(path, encoders, contents.mean, contents.std, _refusal(contents, encoders), contents.files)


def _seen(found: Found, config: Mapping[str, Any]) -> Seen:
    place = (found.key, found.prefix, found.layout.name)
    try:
        parts, aside = parts_of(found)
        suggestion = suggest(found, parts, config)
    except MeasurementError as error:
        return Seen(*place, Suggestion("", {}), fault=str(error))
    return Seen(*place, suggestion, tuple(aside), completeness(parts, suggestion))


def _refusal(contents: Contents, encoders: tuple[Seen, ...]) -> str:
    """Why nothing of a checkpoint can be loaded; "" where something can, or where it is merely of another kind."""
    if not encoders:
        why = why_none(contents.tree)
        return f"{contents.path}: {why}" if why else ""
    if all(seen.fault for seen in encoders):
        return f"{contents.path}: {encoders[0].fault}"
    return ""


def nothing_known(path: Path) -> str:
    """One sentence on a checkpoint without an encoder that is known here."""
    return f"{path} holds no encoder that is known here, but {shown_names(read_contents(path).tree)}"
