"""A table of results as it is on disk now: read, selected, and hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.errors import CheckerError, ConfigurationError, MeasurementError
from checker.lab.results.entry import Entry, read_entries
from checker.lab.results.files import Source, find_source
from checker.lab.results.readers import READERS
from checker.lab.results.readers.base import Reader
from checker.lab.results.select import select
from checker.lab.results.values import Selection

FILE_NAME = "results.yaml"
GENERAL = ("csv", "jsonl")  # formats that others are written in


@dataclass(frozen=True)
class Table:
    """An entry with its values. `digest` is a hash of the bytes of its files."""

    entry: Entry
    format: str
    files: tuple[str, ...]
    digest: str
    selection: Selection


@dataclass(frozen=True)
class Refused:
    """An entry that cannot be used, and why."""

    entry: Entry
    problem: str


def formats(source: Source) -> list[str]:
    """The formats that a source looks like; a general one only where no special one fits."""
    found = [reader.name for reader in READERS.values() if reader.sees(source)]
    return [name for name in found if name not in GENERAL] or found


def find_reader(source: Source, entry: Entry) -> Reader:
    """The reader of an entry. Raises ConfigurationError where its format cannot be seen."""
    if entry.format:
        return READERS[entry.format]
    if entry.layout == "wandb-chart":
        return READERS["csv"]
    found = formats(source)
    if len(found) == 1:
        return READERS[found[0]]
    problem = f"could be {' or '.join(found)}" if found else "is in no format that can be seen"
    raise ConfigurationError(f"{entry.file}: {problem}; write its `format` ({', '.join(READERS)})")


def read_table(entry: Entry, *folders: Path) -> Table:
    """The table of an entry; its file is looked for in these folders.

    Raises ConfigurationError for what the entry has to say, MeasurementError for a file or values that cannot be used.
    """
    source = find_source(entry.file, *folders)
    reader = find_reader(source, entry)
    try:
        selection = select(reader.read(source, entry), entry)
    except MemoryError as error:
        raise MeasurementError(f"{entry.file}: too large for the memory of this machine") from error
    except CheckerError as error:
        text = str(error)
        raise type(error)(text if text.startswith(entry.file) else f"{entry.file}: {text}") from error
    return Table(entry, reader.name, tuple(source.label(file) for file in source.files), source.digest(), selection)


def load_entries(claims: Path) -> tuple[Entry, ...]:
    """The entries of the results.yaml in a folder of claims; none where there is no such file. Raises ConfigurationError."""
    file = claims / FILE_NAME
    if not file.is_file():
        return ()
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}:1:1: not UTF-8 (byte {error.start})") from error
    return read_entries(text, str(file))


def read_tables(entries: Sequence[Entry], *folders: Path) -> list[Table | Refused]:
    """Each entry's table, or why it cannot be used. One that is refused does not stop the others."""
    found: list[Table | Refused] = []
    for entry in entries:
        try:
            found.append(read_table(entry, *folders))
        except CheckerError as error:
            found.append(Refused(entry, str(error)))
    return found
