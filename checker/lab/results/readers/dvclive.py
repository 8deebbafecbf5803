"""DVCLive: a folder with `metrics.json` (the last values), `params.yaml`, and `plots/metrics/NAME.tsv` (all steps)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.lab.results.entry import Entry
from checker.lab.results.files import Source, load_json, load_yaml
from checker.lab.results.readers.base import Reader, place_fields
from checker.lab.results.readers.logged import logged_rows
from checker.lab.results.rows import Record, Rows, tabulate

PLOTS = ("plots", "metrics")


def sees(source: Source) -> bool:
    return any(
        file.with_name("params.yaml") in source.files or _plots(source, file.parent) for file in source.named("metrics.json")
    )


def read(source: Source, entry: Entry | None) -> Rows:
    return tabulate(_records(source), entry)


def _plots(source: Source, folder: Path) -> list[Path]:
    return [file for file in source.files if file.is_relative_to(folder.joinpath(*PLOTS)) and file.suffix == ".tsv"]


def _records(source: Source) -> Iterator[Record]:
    for file in source.named("metrics.json"):
        folder = file.parent
        history: list[tuple[Any, dict[str, Any]]] = []
        for plot in _plots(source, folder):
            name = plot.relative_to(folder.joinpath(*PLOTS)).with_suffix("").as_posix()
            for step, cells in logged_rows(plot, ("step",), separator="\t"):
                value = cells.get(plot.stem, cells.get(name))
                history.append((step, {name: value, name.replace("/", "."): value}))
        params = next((path for path in (folder / "params.yaml", folder.parent / "params.yaml") if path in source.files), None)
        metrics = load_json(file)
        fields = {
            **place_fields(source, file),
            "metrics": {**metrics, **_slashed(metrics)},
            "params": (load_yaml(params) or {}) if params else {},
        }
        yield Record(source.label(file), "", source.label(file), "", fields, history)


def _slashed(metrics: Any, prefix: str = "") -> dict[str, Any]:
    """`test/acc` beside `test.acc`: DVCLive nests what was logged with a slash."""
    found: dict[str, Any] = {}
    for key, value in metrics.items() if isinstance(metrics, dict) else ():
        if isinstance(value, dict):
            found |= _slashed(value, f"{prefix}{key}/")
        elif prefix:
            found[f"{prefix}{key}"] = value
    return found


DVCLIVE = Reader("dvclive", sees, read)
