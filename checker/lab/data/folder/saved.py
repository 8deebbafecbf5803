"""A set that the package `datasets` has saved: rows of pictures, with labels and masks where they are columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import file_digest, sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.data.folder.picture import read_mask, read_picture
from checker.lab.data.folder.pictures import Pictures
from checker.lab.data.folder.splits import OFFICIAL

PARTS, STATE, INFO = "dataset_dict.json", "state.json", "dataset_info.json"
PICTURES, LABELS, MASKS = ("image", "img", "picture"), ("label", "labels"), ("mask", "masks")  # columns
LONGEST = 10_000_000  # bytes of a description


def is_saved(path: Path) -> bool:
    """Whether a folder is one that `save_to_disk` wrote."""
    return (path / PARTS).is_file() or ((path / STATE).is_file() and (path / INFO).is_file())


def saved_pictures(path: Path) -> Pictures:
    """The pictures of a saved set, by part and row. Nothing in it runs, and no picture that is not in it is read.

    Raises ConfigurationError where `datasets` is not installed, and, naming the file, for a description that is none, parts
    with other names than train, validation and test, files elsewhere, no column of pictures, or rows without a label.
    """
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise ConfigurationError(f"{path}: a set that `datasets` saved; to read it, pip install 'check-claims[data]'") from error
    names = _parts(path)
    tables = {name: _Rows(datasets, path / name, name) for name in names}
    labels: dict[Path, str] = {}
    for table in tables.values():
        labels |= table.labels()
    masked = {table.mask is not None for table in tables.values()}
    if len(masked) > 1 or len(labels) not in (0, sum(len(table.files) for table in tables.values())):
        raise ConfigurationError(f"{path}: its parts {', '.join(names)} do not have the same columns")
    row = {file: table for table in tables.values() for file in table.files}
    return Pictures(
        files=tuple(row),
        contents=_hash(path, [path / name for name in names]),
        read=lambda file: row[file].read(file),
        labels=labels if len(set(labels.values())) > 1 else {},
        official={OFFICIAL[name]: list(table.files) for name, table in tables.items() if name},
        mask=(lambda file: row[file].read_mask(file)) if masked == {True} else None,
    )


class _Rows:
    """The rows of one part, whose pictures stay as they were saved until they are read."""

    def __init__(self, datasets: Any, folder: Path, part: str) -> None:
        self.folder = folder
        _check_files(folder)
        try:
            table = datasets.Dataset.load_from_disk(str(folder)).with_format(None)
        except Exception as error:  # every reader of files has errors of its own
            raise ConfigurationError(f"{folder}: `datasets` cannot load it: {error}") from error
        self.columns = table.features
        pictures = [name for name, kind in table.features.items() if isinstance(kind, datasets.Image) and name not in MASKS]
        self.picture = pictures[0] if len(pictures) == 1 else next((name for name in PICTURES if name in pictures), None)
        if self.picture is None:
            several = (
                f"the columns of pictures {', '.join(pictures)}; call one of them image" if pictures else "no column of pictures"
            )
            raise ConfigurationError(f"{folder}: it has {several} (its columns: {', '.join(table.features)})")
        self.mask = next((name for name in MASKS if isinstance(table.features.get(name), datasets.Image)), None)
        self.label = _label(datasets, table.features)
        for name in (self.picture, self.mask):
            table = table.cast_column(name, datasets.Image(decode=False)) if name else table
        self.table = table
        self.files = tuple(Path(part, str(row)) for row in range(len(table)))

    def labels(self) -> dict[Path, str]:
        """The category of each row, by name; empty where no column says it."""
        if self.label is None:
            return {}
        names = getattr(self.columns[self.label], "names", None)
        found = {}
        for file, value in zip(self.files, self.table[self.label], strict=True):
            if value is None or (names and not 0 <= value < len(names)):
                raise ConfigurationError(f"{self.folder}: row {file.name} has no label ({value}); leave out what has none")
            found[file] = str(names[value] if names else value)
        return found

    def read(self, file: Path) -> Any:
        return read_picture(self._bytes(file, self.picture), self._name(file))

    def read_mask(self, file: Path) -> Any:
        return read_mask(self._bytes(file, self.mask), f"{self._name(file)}, {self.mask}")

    def _name(self, file: Path) -> str:
        return f"{self.folder}, row {file.name}"

    def _bytes(self, file: Path, column: str | None) -> bytes:
        cell = self.table[int(file.name)][column]
        if cell is None or cell["bytes"] is None:
            where = "none" if cell is None else f"only the place of one, {cell['path']}"
            raise MeasurementError(f"{self._name(file)} holds no picture ({where}); save the set with its pictures in it")
        held: bytes = cell["bytes"]
        return held


def _label(datasets: Any, columns: Mapping[str, Any]) -> str | None:
    """The column of categories: the only one of class labels, or one that is called like it."""
    classes = [name for name, kind in columns.items() if isinstance(kind, datasets.ClassLabel)]
    if len(classes) == 1:
        return classes[0]
    plain = [name for name, kind in columns.items() if isinstance(kind, datasets.Value)]
    return next((name for name in LABELS if name in (*classes, *plain)), None)


def _parts(path: Path) -> tuple[str, ...]:
    """The names of the parts; one without a name where the set is not split."""
    if not (path / PARTS).is_file():
        return ("",)
    names = _described(path / PARTS).get("splits")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ConfigurationError(f"{path / PARTS}: it names no parts")
    for name in names:
        if name not in OFFICIAL:
            raise ConfigurationError(f"{path / PARTS}: a part is called {name!r}; wanted {', '.join(OFFICIAL)}")
    if len({OFFICIAL[name] for name in names}) < len(names):
        raise ConfigurationError(f"{path / PARTS}: two parts hold the same split: {', '.join(names)}; keep one of them")
    return tuple(names)


def _check_files(folder: Path) -> None:
    """Raises ConfigurationError where a part is described by other files than its own."""
    files = _described(folder / STATE).get("_data_files")
    names = [each.get("filename") if isinstance(each, dict) else None for each in files] if isinstance(files, list) else [None]
    for name in (STATE, INFO, *names):
        place = folder / str(name)
        if not isinstance(name, str) or Path(name).name != name or not place.is_file() or place.is_symlink():
            raise ConfigurationError(f"{folder / STATE}: {name!r} is no file that lies beside it")


def _described(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > LONGEST:
            raise ValueError(f"more than {LONGEST} bytes")
        held = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file}: not the description of a saved set ({error})") from error
    if not isinstance(held, dict):
        raise ConfigurationError(f"{file}: not the description of a saved set")
    return held


def _hash(path: Path, folders: list[Path]) -> str:
    """Of the rows and what describes them."""
    digest = sha256()
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.suffix == ".arrow" or file.name in (INFO, STATE):
                with file.open("rb") as opened:
                    digest.update(f"{file.relative_to(path)}\0{file_digest(opened, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:12]
