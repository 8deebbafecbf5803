"""The files that an entry names: found, bounded and hashed. Only regular files are opened, and only for reading."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.errors import ConfigurationError, MeasurementError

MOST_FILES = 50_000
MOST_BYTES = 2**31  # of a table, unpacked
MOST_DOCUMENT = 2**27  # of one JSON or YAML document, unpacked
PACKED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Source:
    """What an entry's `file` names: regular files, and the folder from which `folder.N` counts.

    `root`: the folder itself, the folder of a single file, or what stands before the first wildcard of a glob. `name` is the
    text of the entry, for messages.
    """

    name: str
    root: Path
    files: tuple[Path, ...]

    def folders(self, file: Path) -> tuple[str, ...]:
        """The folders between the root and a file, outermost first."""
        return file.relative_to(self.root).parts[:-1]

    def label(self, file: Path) -> str:
        """A file as messages name it."""
        return file.relative_to(self.root).as_posix()

    def named(self, *patterns: str) -> tuple[Path, ...]:
        """The files whose name fits one of the patterns."""
        return tuple(file for file in self.files if any(Path(file.name).match(pattern) for pattern in patterns))

    def digest(self) -> str:
        """A hash of the names and bytes of all files."""
        whole = hashlib.sha256()
        for file in self.files:
            with file.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            whole.update(f"{self.label(file)}\0{content}\n".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()[:16]


def find_source(name: str, *folders: Path) -> Source:
    """The source that `name` means: a file, a folder or a glob, from the first of the folders in which it exists.

    Raises ConfigurationError where there is none, where it is not a regular file, or where two folders have different ones.
    """
    found = [source for folder in dict.fromkeys(map(Path.resolve, folders)) if (source := _find(name, folder)) is not None]
    if not found:
        places = " or ".join(str(folder) for folder in dict.fromkeys(folders))
        raise ConfigurationError(f"{name}: no such file in {places}")
    if len(found) > 1 and found[0].files != found[1].files:
        raise ConfigurationError(f"{name}: both {found[0].root} and {found[1].root} have it; write a path that names one of them")
    return found[0]


def _find(name: str, folder: Path) -> Source | None:
    path = folder / name
    if path.is_dir():
        return Source(name, path, _below(path, name))
    if path.exists():
        _regular(path, name)
        return Source(name, path.parent, (path,))
    if not WILD.search(name):
        return None
    parts = Path(name).parts
    fixed = Path(*parts[: next(place for place, part in enumerate(parts) if WILD.search(part))])
    root = folder / fixed
    matches: list[Path] = []
    for match in root.glob(str(Path(name).relative_to(fixed))):
        matches.append(match)
        _count(matches, name)
    files = [path for match in sorted(matches) for path in (_below(match, name) if match.is_dir() else (match,))]
    for file in files:
        _regular(file, name)
    return Source(name, root, tuple(dict.fromkeys(files))) if files else None


def _below(folder: Path, name: str) -> tuple[Path, ...]:
    """All regular files below a folder, in order. Links to folders are not followed, so there is no loop."""
    found: list[Path] = []
    for where, folders, files in os.walk(folder):
        folders.sort(key=_natural)
        found += (path for file in sorted(files, key=_natural) if (path := Path(where, file)).is_file())
        _count(found, name)
    return tuple(found)


def _natural(name: str) -> tuple[Any, ...]:
    """By which `version_10` comes after `version_9`."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", name))


def _count(files: list[Path], name: str) -> None:
    if len(files) > MOST_FILES:
        raise ConfigurationError(f"{name}: more than {MOST_FILES} files; name a smaller folder or a narrower glob")


def _regular(path: Path, name: str) -> None:
    if not stat.S_ISREG(path.stat().st_mode):
        raise ConfigurationError(f"{name}: {path.name} is not a regular file")


def read_bytes(path: Path, most: int = MOST_DOCUMENT) -> bytes:
    """The bytes of a file, unpacked by its suffix. Raises MeasurementError beyond `most` bytes or for damaged ones."""
    unpack = PACKED.get(path.suffix.lower(), open)
    try:
        with unpack(path, "rb") as stream:
            return take_at_most(stream, most, path.name)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise MeasurementError(f"{path.name}: cannot be read ({error})") from error


def take_at_most(stream: Any, most: int, name: str) -> bytes:
    """All bytes of a stream. Raises MeasurementError where there are more than `most`: a bomb, or too large a file."""
    data = io.BytesIO()
    while chunk := stream.read(min(2**20, most + 1 - data.tell())):
        data.write(chunk)
        if data.tell() > most:
            raise MeasurementError(f"{name}: more than {most / 2**20:.0f} MiB unpacked; too large to be read")
    return data.getvalue()


def decode(data: bytes, name: str, encoding: str | None = None) -> str:
    """Text of bytes: by a byte order mark, else as UTF-8, else as declared. Raises MeasurementError otherwise."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            encoding = codec
    try:
        return data.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise MeasurementError(f"{name}: not {encoding or 'UTF-8'}; write its `encoding` (as `encoding: latin-1`)") from error


def parse_json(text: str | bytes, name: str) -> Any:
    """A JSON document; NaN and Infinity are read as numbers, for values to be refused later by their place.

    Raises MeasurementError for a syntax error or nesting that is too deep.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise MeasurementError(f"{name}: nested too deep") from error
    except ValueError as error:
        raise MeasurementError(f"{name}: not JSON ({error})") from error


def load_json(path: Path) -> Any:
    """The JSON document of a file. Raises MeasurementError."""
    return parse_json(decode(read_bytes(path), path.name), path.name)


def load_yaml(path: Path) -> Any:
    """The YAML document of a file, by the project's strict loader: tags of Python objects are refused, nothing is made of them.

    Raises MeasurementError.
    """
    from checker import strict_yaml

    try:
        return strict_yaml.load(decode(read_bytes(path), path.name))
    except strict_yaml.YamlError as error:
        raise MeasurementError(f"{path.name}:{error.line}:{error.column}: {error.problem}") from error


def open_sqlite(path: Path) -> Any:
    """A connection to a database that can only read. Raises MeasurementError for a file that is none."""
    import sqlite3
    from urllib.parse import quote

    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=0", uri=True)
        connection.execute("PRAGMA query_only = 1")
        connection.execute("PRAGMA trusted_schema = 0")
        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.Error as error:
        raise MeasurementError(f"{path.name}: cannot be read as a database ({error})") from error
    connection.row_factory = sqlite3.Row
    return connection


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as a SQLite database."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def suffixes(paths: Iterable[Path]) -> set[str]:
    """The suffixes of files in lower case, without those of packing."""
    return {(Path(path.stem) if path.suffix.lower() in PACKED else path).suffix.lower() for path in paths}
