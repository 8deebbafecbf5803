"""What an experiment is made of on disk: its own file, what it depends on, and the file of each model. All inside the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from checker.errors import CheckerError, ConfigurationError
from checker.lab.experiments.entry import LONGEST, Experiment, parse_experiment
from checker.lab.own.entries import NAME
from checker.lab.trust import HIDDEN, MOST_FILES, PYCACHE, Standing, known

FOLDER = "experiments"
CLAIMS = ("claims", HIDDEN)  # folders of a project or a vault, in which experiments may lie
GLOB = frozenset("*?[")
KEPT = 4096  # hashes kept in memory
FORMAT = 1  # of addresses


@dataclass(frozen=True)
class OnDisk:
    """An experiment, its file below the project's `root`, and that path in words."""

    name: str
    file: Path
    root: Path
    experiment: Experiment

    @property
    def shown(self) -> str:
        return self.file.relative_to(self.root).as_posix()

    @property
    def dependencies(self) -> dict[str, str]:
        """The SHA-256 of each file that the command depends on, by its path. Raises ConfigurationError for a pattern without
        files, and for a file outside of the project."""
        files = [path for pattern in self.experiment.depends for path in self._meant(pattern)]
        return {path: self._digest(path) for path in sorted(set(files))}

    def model(self, name: str) -> str:
        """The SHA-256 of the file of a model. Raises ConfigurationError where there is none."""
        return self._digest(self.experiment.models[name])

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of every file that decides what runs, by its path: this one, dependencies, and the files of models."""
        models = {path: self._digest(path) for path in self.experiment.models.values()}
        return {self.shown: self._digest(self.shown), **self.dependencies, **models}

    @property
    def standing(self) -> Standing:
        """What a person's word for this experiment is worth."""
        return Standing(self.files, known(self.file))

    def address(self, model: str, seed: int) -> str:
        """The content address of one run: the command, what it depends on, the model's file and the seed."""
        fields = {
            "format": FORMAT,
            "command": self.experiment.words,
            "depends": self.dependencies,
            "model": [self.experiment.models[model], self.model(model)],
            "seed": seed,
        }
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:32]

    def place(self, path: str) -> Path:
        """Where a file lies. Raises ConfigurationError where it is none, or lies outside of the project."""
        place = self.root / path
        try:
            real, is_file = place.resolve(), place.is_file()
        except (OSError, RuntimeError, ValueError) as error:
            raise ConfigurationError(f"{self.shown}: {path} cannot be read ({error})") from error
        if not real.is_relative_to(self.root.resolve()):
            raise ConfigurationError(f"{self.shown}: {path} leads out of the project; put a copy in its place")
        if not is_file:
            hint = f"; write {path.rstrip('/')}/**/* for the files below it" if place.is_dir() else ""
            raise ConfigurationError(f"{self.shown}: there is no file {path}{hint}")
        return place

    def _meant(self, pattern: str) -> list[str]:
        if not GLOB & set(pattern):
            return [pattern]
        try:
            found = [path for path in self.root.glob(pattern) if path.is_file() and path.parent.name != PYCACHE]
        except (OSError, ValueError, NotImplementedError) as error:
            raise ConfigurationError(f"{self.shown}: depends: {pattern} is no pattern ({error})") from error
        if not found or len(found) > MOST_FILES:
            many = f"more than {MOST_FILES:,} files" if found else "no file"
            raise ConfigurationError(f"{self.shown}: depends: {pattern} means {many}")
        return [path.relative_to(self.root).as_posix() for path in found]

    def _digest(self, path: str) -> str:
        place = self.place(path)
        try:
            status = place.stat()
            return _digest(place, (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino))
        except OSError as error:
            raise ConfigurationError(f"{self.shown}: {path} cannot be read ({error.strerror})") from error


@lru_cache(KEPT)
def _digest(file: Path, stamp: tuple[int, ...]) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def experiment_files(root: Path) -> list[Path]:
    """The files of a project's experiments."""
    folders = (root / claims / FOLDER for claims in CLAIMS)
    folder = next((folder for folder in folders if folder.is_dir()), None)
    return sorted(folder.glob("*.yaml")) if folder else []


def read_experiments(root: Path) -> tuple[dict[str, OnDisk], dict[Path, str]]:
    """The experiments of a project by name, and why other files are none. Two that measure the same are both refused."""
    found: dict[str, OnDisk] = {}
    faults: dict[Path, str] = {}
    for file in experiment_files(root):
        try:
            found[file.stem] = read_experiment(file, root)
        except CheckerError as error:
            faults[file] = str(error)
    by_metric: dict[str, list[OnDisk]] = {}
    for each in found.values():
        by_metric.setdefault(each.experiment.metric.name.casefold(), []).append(each)
    for same in by_metric.values():
        for each in same if len(same) > 1 else ():
            others = " and ".join(other.shown for other in same if other is not each)
            faults[each.file] = f"{each.shown}: the metric {each.experiment.metric.name!r} is that of {others} too; rename one"
            del found[each.name]
    return found, faults


def read_experiment(file: Path, root: Path) -> OnDisk:
    """The experiment of a file. Raises ConfigurationError for one that is not well formed."""
    shown = file.relative_to(root).as_posix()
    if not NAME.fullmatch(file.stem):
        raise ConfigurationError(f"{shown}: name the file in letters, digits, - and _")
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            raise ConfigurationError(f"{shown} is a link that leads out of the project; put a copy in its place")
        if file.stat().st_size > LONGEST:
            raise ConfigurationError(f"{shown}: too long for an experiment")
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, RuntimeError) as error:
        raise ConfigurationError(f"{shown}: cannot be read ({error})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{shown}:1:1: not UTF-8 (byte {error.start})") from error
    return OnDisk(file.stem, file, root, parse_experiment(text, shown))


def untrusted(standing: Standing, shown: str) -> str:
    """Why an experiment does not run, and what to do."""
    changes = "".join(f"; {change} since" for change in standing.changes[:3])
    return f"{shown} is not trusted{changes}; look at it, then run check-claims trust"


def verify(files: Mapping[str, str], path: str, data: bytes) -> None:
    """Raises ConfigurationError where the bytes of a file are not those that were trusted."""
    if hashlib.sha256(data).hexdigest() != files[path]:
        raise ConfigurationError(f"{path} changed while the experiment was prepared; run it again")
