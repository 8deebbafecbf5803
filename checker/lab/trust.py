"""Which folders of plug-ins and which experiments a person has allowed to run: kept with the user, not with the project, and only
as long as no file of them changes.

A plug-in is code, and so is whatever it imports or starts: every file below the folder that can run counts, those that links lead
to and compiled ones too. Only what Python itself keeps in `__pycache__` does not: it is never used (see `imports`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.cache import settings_folder
from checker.errors import ConfigurationError

HIDDEN = ".claims"  # inside a vault that stands alone: Obsidian does not show it, version control does
COMPILED = (".so", ".pyd", ".pyc", ".pyo", ".dll", ".dylib", ".egg", ".whl", ".zip", ".pyz")  # what nobody can read
RUNS = (  # what can be imported, started, or does something when it is loaded; a file that may be executed counts as well
    *(".py", ".pyw", ".pyx", ".pth", ".ipynb", ".sh", ".bash", ".pl", ".js", ".r", *COMPILED),
    *(".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt", ".ckpt", ".bin"),
)
PYCACHE = "__pycache__"
MOST_FILES = 10_000


@dataclass(frozen=True)
class Standing:
    """What a person's word is worth for a folder as it is now: `files` by path below it, with their hashes, and what differs from
    when it was trusted, if it ever was."""

    files: Mapping[str, str]
    known: Mapping[str, str] | None

    @property
    def trusted(self) -> bool:
        return self.known == self.files

    @property
    def changes(self) -> list[str]:
        """Each file that is not as it was, in words; nothing for a folder that was never trusted."""
        if self.known is None:
            return []
        words = [f"{name} is new" for name in self.files if name not in self.known]
        words += [f"{name} has changed" for name, value in self.files.items() if self.known.get(name, value) != value]
        return words + [f"{name} is gone" for name in self.known if name not in self.files]


def standing(folder: Path) -> Standing:
    """How a folder stands. Raises ConfigurationError where a link in it leads out of the project."""
    return Standing(hashes(folder), known(folder))


def known(place: Path) -> Mapping[str, str] | None:
    """What was trusted of a folder of plug-ins or for the file of an experiment: files with their hashes; None: it never was."""
    return _read().get(str(place.resolve()))


def trust(folder: Path, files: Mapping[str, str]) -> None:
    """Allow the files of a folder of plug-ins, or those of the file of an experiment, to run while they have these hashes."""
    _write({**_read(), str(folder.resolve()): dict(files)})


def distrust(folder: Path) -> None:
    """Take that back."""
    _write({place: known for place, known in _read().items() if place != str(folder.resolve())})


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path there. Raises ConfigurationError as `plugin_files` does, and for
    a file that cannot be read."""
    found = {}
    for path in plugin_files(folder):
        try:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ConfigurationError(
                f"{_shown(path, folder)}: cannot be read ({error.strerror}), so nothing here is trusted"
            ) from error
    return found


def plugin_files(folder: Path) -> list[Path]:
    """Every file below a folder that could come to be run, links followed. Raises ConfigurationError for a link that leads out of
    the project, and for more files than anybody reads."""
    files: list[Path] = []
    for path in _files(folder, folder, frozenset()) if folder.is_dir() else ():
        files.append(path)
        if len(files) > MOST_FILES:
            raise ConfigurationError(f"{folder.name}: more than {MOST_FILES:,} files, so nothing there is trusted")
    return sorted(files)


def project_of(folder: Path) -> Path:
    """The project that a folder of plug-ins belongs to, links resolved."""
    return (folder.parent.parent if folder.parent.name == HIDDEN else folder.parent).resolve()


def _files(folder: Path, top: Path, above: frozenset[Path]) -> Iterator[Path]:
    place = _inside(folder, top)
    if place in above:  # a link in a circle
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _files(path, top, above | {place})
        elif path.is_file() and _may_run(path) and not (path.parent.name == PYCACHE and path.suffix == ".pyc"):
            _inside(path, top)
            yield path


def _may_run(path: Path) -> bool:
    return any(suffix.lower() in RUNS for suffix in path.suffixes) or os.access(path, os.X_OK)


def _inside(path: Path, top: Path) -> Path:
    place = path.resolve()
    if not place.is_relative_to(project_of(top)):
        raise ConfigurationError(f"{_shown(path, top)} is a link that leads out of the project; put a copy in its place")
    return place


def _shown(path: Path, top: Path) -> str:
    """A path as reasons show it: they stand in notes, which are read on other machines."""
    return path.relative_to(top.parent).as_posix()


def _file() -> Path:
    return settings_folder() / "trusted.json"


def _read() -> dict[str, dict[str, str]]:
    """By folder. What an older version noted, one hash of some of the files, is worth nothing."""
    try:
        values = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = values.items() if isinstance(values, dict) else ()
    return {place: known for place, known in pairs if isinstance(known, dict)}


def _write(values: Mapping[str, Mapping[str, str]]) -> None:
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.partial")
    temporary.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(file)
