"""Records as JSON: one a line, a list of them, or one a file; nested ones are reached by dotted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_BYTES, Source, decode, parse_json, read_bytes, suffixes
from checker.lab.results.readers.base import STATES, Reader, place_fields, unfinished
from checker.lab.results.rows import Record, Rows, tabulate


def sees(source: Source) -> bool:
    return suffixes(source.files) <= {".jsonl", ".ndjson", ".json"}


def read(source: Source, entry: Entry | None) -> Rows:
    notes: list[str] = []
    encoding = entry.encoding if entry else None
    return tabulate((record for file in source.files for record in _records(source, file, encoding, notes)), entry, tuple(notes))


def _records(source: Source, file: Path, encoding: str | None, notes: list[str]) -> Iterator[Record]:
    text = decode(read_bytes(file, MOST_BYTES), file.name, encoding)
    label, place = source.label(file), place_fields(source, file)
    for row, value in _values(text, label, suffixes([file]) == {".json"}):
        if not isinstance(value, Mapping):
            raise MeasurementError(f"{label}: {row or 'it'} is not a record with named fields")
        said = (unfinished(cell) for name, cell in value.items() if str(name).lower() in STATES)
        yield Record(label, row, "", next(filter(None, said), ""), {**place, **value})


def _values(text: str, label: str, whole: bool) -> Iterator[tuple[str, Any]]:
    """Each record and the line or place that it has. A last line that was cut off in writing is left out."""
    if whole and not _is_by_line(text):
        value = parse_json(text, label)
        yield from (
            ((f"record {number}", item) for number, item in enumerate(value, 1)) if isinstance(value, list) else [("", value)]
        )
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", parse_json(line, f"{label}: line {number}")
        except MeasurementError:
            if number < len(lines) or text.endswith("\n"):
                raise
            yield f"line {number}", {"status": "incomplete", "(line)": line[:80]}


def _is_by_line(text: str) -> bool:
    """Whether a .json file holds one record a line."""
    first, _, rest = text.strip().partition("\n")
    return first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")


JSONL = Reader("jsonl", sees, read)
