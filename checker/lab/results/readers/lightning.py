"""Lightning's CSVLogger: a folder for each run with `metrics.csv`, and `hparams.yaml` beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.lab.results.entry import Entry
from checker.lab.results.files import Source, load_yaml
from checker.lab.results.readers.base import Reader, place_fields
from checker.lab.results.readers.logged import logged_rows
from checker.lab.results.rows import Record, Rows, tabulate


def sees(source: Source) -> bool:
    tables = source.named("metrics.csv")
    return bool(tables) and any(
        file.parent.name.startswith("version_") or file.with_name("hparams.yaml") in source.files for file in tables
    )


def read(source: Source, entry: Entry | None) -> Rows:
    return tabulate(_records(source), entry)


def _records(source: Source) -> Iterator[Record]:
    for file in source.named("metrics.csv"):
        label = source.label(file)
        history = logged_rows(file, ("step",))
        yield Record(label, "", label, "", {**place_fields(source, file), "hparams": hparams(file)}, history)


def hparams(file: Path) -> Any:
    """What `hparams.yaml` beside a file holds."""
    beside = file.with_name("hparams.yaml")
    return (load_yaml(beside) or {}) if beside.is_file() else {}


LIGHTNING = Reader("lightning", sees, read)
