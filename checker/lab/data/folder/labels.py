"""Tables that name the category of each picture: `labels.csv`, or the metadata files of Hugging Face's image folders."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from checker.errors import ConfigurationError

TABLES = {  # name -> the columns of the picture and of its category
    "labels.csv": ("image", "label"),
    "metadata.csv": ("file_name", "label"),
    "metadata.jsonl": ("file_name", "label"),
}
MOST_BYTES = 256 * 1024**2


def read_labels(folder: Path, tables: list[Path], files: list[Path]) -> dict[Path, str]:
    """The category of every picture. `tables` and `files` are paths in the folder; a table names pictures by their path from
    where it lies.

    Raises ConfigurationError as `file:line: problem` for a table that cannot be read, without its two columns, or with a line
    that names no picture of the folder, one twice or no category; and for a picture without a line.
    """
    known = set(files)
    found: dict[Path, str] = {}
    lines: dict[Path, int] = {}
    for table in tables:
        for line, image, label in _rows(folder, table):
            place = f"{folder / table}:{line}"
            if not image or not label:
                raise ConfigurationError(f"{place}: the {'label' if image else 'image'} is empty")
            picture = table.parent / PurePosixPath(image)
            if picture not in known:
                raise ConfigurationError(f"{place}: there is no picture {image} in the folder of this table")
            if picture in found:
                raise ConfigurationError(
                    f"{place}: {image} is listed again, after line {lines[picture]}; keep one line for a picture"
                )
            found[picture], lines[picture] = label, line
    for file in sorted(known - set(found)):
        raise ConfigurationError(f"{folder / tables[0]}: no line names {file}; every picture needs its label")
    if len(set(found.values())) < 2:
        raise ConfigurationError(f"{folder / tables[0]}: every label is {next(iter(found.values()))!r}; it takes two or more")
    return found


def _rows(folder: Path, table: Path) -> Iterator[tuple[int, str, str]]:
    """Line, picture and category of each row that is not empty."""
    path, (image, label) = folder / table, TABLES[table.name]
    if path.stat().st_size > MOST_BYTES:
        raise ConfigurationError(f"{path}: larger than {MOST_BYTES // 1024**2} MiB, so no table of labels")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8, at byte {error.start}; save it as UTF-8") from error
    records = _of_lines(path, text) if path.suffix == ".jsonl" else _of_csv(path, text, (image, label))
    for line, record in records:
        missing = next((name for name in (image, label) if name not in record), None)
        if missing:
            raise ConfigurationError(f"{path}:{line}: {missing!r} is missing, of the columns {image} and {label}")
        yield line, str(record[image]).strip(), "" if record[label] is None else str(record[label]).strip()


def _of_csv(path: Path, text: str, wanted: tuple[str, str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = [cell.strip() for cell in row]
                if [names.count(name) for name in wanted] != [1, 1]:
                    raise ConfigurationError(
                        f"{path}:{reader.line_num}: the columns are {','.join(names)}; wanted {','.join(wanted)}"
                    )
                continue
            if len(row) != len(names):
                raise ConfigurationError(f"{path}:{reader.line_num}: {len(row)} cells, and the header has {len(names)}")
            yield reader.line_num, dict(zip(names, row, strict=True))
    except csv.Error as error:
        raise ConfigurationError(f"{path}:{reader.line_num}: not a table of CSV ({error})") from error
    if not names:
        raise ConfigurationError(f"{path}:1: empty; wanted the columns {','.join(wanted)}")


def _of_lines(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for line, part in enumerate(text.splitlines(), start=1):
        if not part.strip():
            continue
        try:
            record = json.loads(part)
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"{path}:{line}: not JSON ({error})") from error
        if not isinstance(record, dict):
            raise ConfigurationError(f"{path}:{line}: not an object with file_name and label")
        yield line, record
