"""Hydra's multirun folders: a folder for each job with `.hydra/config.yaml`, and the files in which the job wrote its results.

A field of `metrics.json` is `metrics.FIELD`: the name of the file comes first. `config.*` and `overrides.*` are Hydra's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.lab.results.entry import Entry
from checker.lab.results.files import Source, load_json, load_yaml
from checker.lab.results.readers.base import STATES, Reader, place_fields, unfinished
from checker.lab.results.readers.logged import logged_rows
from checker.lab.results.rows import Record, Rows, tabulate

HIDDEN = ".hydra"


def sees(source: Source) -> bool:
    return any(file.parent.name == HIDDEN for file in source.files)


def read(source: Source, entry: Entry | None) -> Rows:
    return tabulate(_records(source), entry)


def _records(source: Source) -> Iterator[Record]:
    jobs = dict.fromkeys(file.parent.parent for file in source.files if file.parent.name == HIDDEN)
    for job in jobs:
        fields: dict[str, Any] = dict(place_fields(source, job / "config.yaml"))
        history: list[tuple[Any, dict[str, Any]]] = []
        state = ""
        for file in source.files:
            if not file.is_relative_to(job) or any(
                other != job and file.is_relative_to(other) and other.is_relative_to(job) for other in jobs
            ):
                continue
            if file.parent == job / HIDDEN:
                fields[file.stem] = _overrides(load_yaml(file)) if file.stem == "overrides" else load_yaml(file)
            elif file.suffix == ".csv":
                history += _prefixed(file)
            elif file.suffix in (".json", ".yaml", ".yml"):
                document = load_json(file) if file.suffix == ".json" else load_yaml(file)
                fields.setdefault(file.stem, document)
                state = state or _state(document)
        hydra = fields.get("hydra")
        fields["hydra"] = hydra.get("hydra", hydra) if isinstance(hydra, dict) else {}
        label = source.label(job / HIDDEN / "config.yaml").removesuffix(f"/{HIDDEN}/config.yaml")
        yield Record(label, "", label, state, fields, history)


def _prefixed(file: Path) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (step, {**cells, **{f"{file.stem}.{name}": cell for name, cell in cells.items()}}) for step, cells in logged_rows(file)
    ]


def _overrides(listed: Any) -> dict[str, str]:
    """`[model=mae, +seed=3]` by name."""
    pairs = [str(item).lstrip("+~").partition("=") for item in listed or ()]
    return {name: value for name, _, value in pairs}


def _state(document: Any) -> str:
    if not isinstance(document, dict):
        return ""
    return next((text for key, value in document.items() if str(key).lower() in STATES and (text := unfinished(value))), "")


HYDRA = Reader("hydra", sees, read)
