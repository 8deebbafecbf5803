"""The user's own checkpoints: the models of the project's models.yaml, one file a seed. Nothing of the project is run.

A claim about one of them and a released model is decided here too: the released side is borrowed, with its single checkpoint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import AbsentError, ConfigurationError, MeasurementError
from checker.lab.checkpoints import Card
from checker.lab.context import current
from checker.lab.metric import Needs
from checker.lab.models import Model
from checker.lab.own.contents import described_by, weight_files
from checker.lab.own.entries import FILE, OwnModel, read_models
from checker.lab.sources.base import STAGES, TRANSFORMER, Found, Places, Source, Wanted
from checker.lab.sources.released import Released
from checker.lab.trust import HIDDEN
from checker.scope import Scope

if TYPE_CHECKING:
    from checker.lab.encoder import Encoder

FOLDERS = ("claims", HIDDEN)  # of a project or a vault, in which models.yaml may lie
CONVOLUTIONAL = ("resnet", "resnext", "wide_resnet", "convnext", "regnet", "densenet")  # how their architectures' names begin
KEPT = 256  # files whose hashes are kept in memory


class Own(Source):
    scope = Scope.OWN

    def __init__(self) -> None:
        self.released = Released()

    def models(self) -> Iterable[Model]:
        return [Model(name, families=tuple(model.entry.families)) for name, model in _models().items()]

    def version(self) -> Hashable:
        file = _file()
        return None if file is None else (str(file), _stamp(file))

    def has(self, name: str) -> bool:
        return name in _models()

    def borrows(self, name: str) -> bool:
        return not self.has(name) and self.released.has(name)

    def seeds(self, name: str) -> int | None:
        return len(_models()[name].entry.seeds) if self.has(name) else 1

    def gives(self, name: str) -> Needs:
        if self.borrows(name):
            return self.released.gives(name)
        return STAGES if _models()[name].entry.architecture.startswith(CONVOLUTIONAL) else TRANSFORMER

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        if self.borrows(wanted.name):
            return self.released.find(wanted, places)
        model = _models()[wanted.name]
        try:
            path = model.file(wanted.seed)
        except ConfigurationError as error:
            raise MeasurementError(str(error)) from error
        if not path.exists():
            raise AbsentError(f"{model.name}: there is no {model.entry.seeds[wanted.seed]}, which {FILE} names")
        return Found(path, _identity(model, wanted.seed))

    def load(self, name: str, seed: int, file: Path) -> tuple[Encoder, Card | None]:
        if self.borrows(name):
            return self.released.load(name, 0, file)
        from checker.lab.own.load import as_encoder, load_seed

        model = _models()[name]
        loaded = load_seed(model, seed)
        return as_encoder(name, loaded, _identity(model, seed)), None

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        if self.borrows(name):
            return self.released.provenance(name, found)
        from checker.lab.own.load import used_of

        model = _models()[name]
        used = [used_of(model, seed) for seed in range(len(found))]
        first = used[0].as_dict()
        same = {field: str(first[field]) for field in ("key", "prefix", "layout", "architecture") if first[field]}
        return {
            "file": ", ".join(each.file for each in used),
            "hash": ", ".join(each.hash for each in used),
            **same,
            "arguments": json.dumps(first["arguments"], sort_keys=True),
            "normalisation": json.dumps({"mean": first["mean"], "std": first["std"]}),
            **({"left aside": ", ".join(first["aside"])} if first["aside"] else {}),
        }


def _models() -> dict[str, OwnModel]:
    """The models of the project at work. Raises ConfigurationError for a models.yaml that is none."""
    file = _file()
    return {} if file is None else _read(file, _stamp(file), current().root)


def _file() -> Path | None:
    return next((path for folder in FOLDERS if (path := current().root / folder / FILE).is_file()), None)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _read(file: Path, stamp: tuple[int, int], root: Path) -> dict[str, OwnModel]:
    return read_models(file.parent, root)


def _identity(model: OwnModel, seed: int) -> str:
    """A hash of everything that decides what a seed is measured as: the bytes of its files, and what the entry says of them.

    Raises MeasurementError for files that cannot be read.
    """
    path = model.file(seed)
    try:
        files = [*weight_files(path), *described_by(path)]
        hashes = [_digest(file, _stamp(file)) for file in files]
    except OSError as error:
        raise MeasurementError(f"{model.name}: {path} cannot be read ({error.strerror})") from error
    said = model.entry.model_dump(exclude={"families", "seeds"}, mode="json")
    return hashlib.sha256(json.dumps([hashes, said], sort_keys=True).encode()).hexdigest()[:32]


@lru_cache(maxsize=KEPT)
def _digest(file: Path, stamp: tuple[int, int]) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
