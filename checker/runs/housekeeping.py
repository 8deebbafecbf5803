"""What the cache folder holds, and what in it nothing refers to any more. Nothing outside of the folder is ever named here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from checker.claims.reader_key import code
from checker.errors import CheckerError
from checker.kept import program
from checker.lab.changes import CHANGES, Knob, with_settings
from checker.lab.checkpoints import read_card
from checker.lab.data import data_set
from checker.lab.experiments.kept import is_asked_for
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from checker.runs.folder import JobFolder
from checker.runs.store import Store, read_details
from checker.scope import Scope


@dataclass(frozen=True)
class Kind:
    """One kind of thing in the cache: its entries, files or folders, and those of them that can go."""

    name: str
    what: str
    entries: tuple[Path, ...]
    size: int
    unused: tuple[Path, ...] = ()


def look_through(store: Store) -> list[Kind]:
    """What the cache of a store holds, by kind. A measurement is used while today's code would look it up for a model that is
    here, a model while a recipe leads to it, a run while its experiment does; damaged files, half-written ones, and the jobs of
    runs that ended are not."""
    weights = {card.weights for card in store.cards()}
    return [
        _kind("models", "trained here", store.models, "*.safetensors", lambda path: _is_model(path)),
        _kind("states", "trainings to go on with", store.jobs, "*/*.state", lambda path: True),
        _kind("measurements", "of models", store.measurements, "*.safetensors", lambda path: _is_wanted(path, weights, store)),
        _kind(
            "fresh",
            "models of a run with --fresh that was interrupted",
            store.fresh,
            "*",
            lambda path: path.suffix == ".safetensors",
        ),
        _kind("remeasured", "of a run with --remeasure that was interrupted", store.remeasured, "*", lambda path: True),
        _kind("seen", "evidence that has had its spot check", store.root / "seen", "*", lambda path: True),
        _kind("experiments", "runs of your experiments", store.runs, "*", is_asked_for),
        _kind("readings", "of sentences, a folder a reader", store.root / "readings", "*", lambda path: path.name == code()),
        _kind("decisions", "on recorded values", store.root / "decisions", "*", lambda path: path.name == program()),
        _kind("code", "what code does, as hashes", store.root / "code", "*", lambda path: path.name == program()),
        _kind("jobs", "running, or failed with their logs", store.jobs, "*", _is_going_on),
        _kind("vaults", "indexes of notes", store.root / "vaults", "*", lambda path: True),
        _kind("idle", "sentences that are no claims", store.root / "idle", "*.txt", lambda path: True),
        _of("damaged", "set aside, or left by a run that was killed", tuple(_damaged(store)), lambda path: False),
    ]


def prune(kinds: list[Kind]) -> list[Path]:
    """Remove what is of no use; what has been removed."""
    removed = []
    for path in dict.fromkeys(path for kind in kinds for path in kind.unused):
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            removed.append(path)
    return removed


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            return sum(map(size_of, path.iterdir()))
        return path.lstat().st_size
    return 0


def _kind(name: str, what: str, folder: Path, pattern: str, keep: Callable[[Path], bool]) -> Kind:
    return _of(name, what, tuple(sorted(folder.glob(pattern))), keep)


def _of(name: str, what: str, entries: tuple[Path, ...], keep: Callable[[Path], bool]) -> Kind:
    return Kind(name, what, entries, sum(map(size_of, entries)), tuple(path for path in entries if not keep(path)))


def _is_model(path: Path) -> bool:
    with suppress(CheckerError):
        card = read_card(path)
        knobs = [(CHANGES[name], value) for name, value in card.recipe.settings if name in CHANGES]
        settings = [(knob, value) for knob, value in knobs if isinstance(knob, Knob)]
        recipes = [model.recipe_on(card.recipe.data) for model in MODELS.values() if model.recipe is not None]
        return card.recipe in [with_settings(recipe, settings) for recipe in recipes]
    return False


def _is_wanted(path: Path, weights: set[str], store: Store) -> bool:
    kept = read_details(path)
    if kept is None:
        return False
    metric, of, details = kept
    if metric not in METRICS or (details.subject == Scope.TOY and of not in weights):
        return False
    with suppress(CheckerError):
        data = data_set(details.data).name
        return path == store.measurement(metric, of, data, details.device) and data == details.data
    return False


def _is_going_on(path: Path) -> bool:
    """Whether a run holds this job now, or it can be taken up again."""
    folder = JobFolder(path.with_suffix(""))
    return folder.is_held() or folder.can_go_on


def _damaged(store: Store) -> Iterator[Path]:
    for folder in (store.models, store.measurements):
        for pattern in ("*.damaged", "*.partial", "*.state*"):
            yield from sorted(folder.glob(pattern))
