"""Where results are kept: models and measurements under their content, in the user's cache folder.

A key names everything that decides the bytes; clocks never do. Files are replaced whole, so a reader sees an old result,
a new one, or none.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.cache import cache_folder, version
from checker.errors import MeasurementError, NewerError, TrainedOtherwiseError
from checker.lab import results
from checker.lab.checkpoints import Card, is_sound, read_card
from checker.lab.measure import IMAGES, Measurement
from checker.lab.metrics import METRICS
from checker.lab.recipes import Recipe
from checker.lab.source import code_hash, imported, modules_in
from checker.lab.sources.base import Source
from checker.lab.training_code import why_trained_otherwise
from checker.scope import Scope

if TYPE_CHECKING:
    import numpy as np

SCHEMA = 2  # of kept measurements; older ones are made again
LONGEST_HEAD = 10_000_000  # bytes of metadata

# A measurement is decided by these modules, by the metric's own, and by what they import from the lab. Data has a hash of its
# own.
MEASURING = (
    "checker.lab.attention",
    "checker.lab.measure",
    "checker.lab.subjects.base",
    "checker.lab.subjects.transformer",
    "checker.lab.transformer",
)


def metric_code(metric: str) -> str:
    """A hash of the code that a metric's values depend on."""
    module = f"checker.lab.metrics.{metric}"
    if find_spec(module) is None:
        module = METRICS[metric].measure.__module__  # a plug-in's
    return code_hash(*sorted(frozenset().union(*(imported(name) for name in (*MEASURING, module)))))


def reading_code(source: Source) -> str:
    """A hash of the code by which values that the lab does not measure are read: those of tables, or of commands."""
    if source.scope.measured:
        return code_hash("checker.lab.experiments.output")
    folder = Path(results.__file__).parent
    files = sorted(path.relative_to(folder).with_suffix("") for path in folder.rglob("[a-z]*.py"))
    return code_hash(*(f"{results.__name__}.{'.'.join(file.parts)}" for file in files))


def data_code(data: str) -> str:
    from checker.lab.data import data_set

    return code_hash("checker.lab.data.base", *modules_in(data_set(data).module))


@dataclass(frozen=True)
class Store:
    """Folders of finished results. `shipped` is read only; `fresh` keeps what `--fresh` trains until the run is whole, and
    `remeasured` what `--remeasure` measures (`anew`). `set_aside` are the files that were found damaged, or not to be what they
    lay there as, since this was opened."""

    root: Path
    shipped: Path
    set_aside: list[Path] = field(default_factory=list, compare=False)
    anew: bool = False

    @classmethod
    def default(cls) -> Store:
        """The user's cache, and the models that come with the package."""
        return cls(cache_folder(), Path(str(files("checker.lab"))) / "zoo")

    def model(self, recipe: Recipe, seed: int, fresh: bool = False) -> Path | None:
        """A sound file of this model: shipped, then cached; with `fresh`, only one that this run has trained. A damaged one
        in the cache is set aside.

        Raises NewerError for one that a newer version wrote, TrainedOtherwiseError for one that today's code would train
        differently."""
        folders = (self.fresh,) if fresh else (self.shipped, self.models)
        fault = None
        for folder in folders:
            path = folder / recipe.file_name(seed)
            if not path.exists():
                continue
            sound = folder == self.shipped or is_sound(path)  # whoever loads a model checks its weights anyway
            card = _card(path)
            if not sound or card is None or card.key != recipe.key(seed):
                if folder != self.shipped:
                    self._set_aside(path)
                continue
            fault = why_trained_otherwise(card)
            if fault is None:
                return path
        if fault is not None:
            raise TrainedOtherwiseError(f"{fault}; `check-claims --fresh` trains it again")
        return None

    def kept(self, metric: str, weights: str, data: str, device: str = "cpu") -> Kept | None:
        """The measurement of a model, or None where there is none. A file that is damaged, or the measurement of something else,
        is set aside. Raises NewerError for one that a newer version wrote."""
        path = self.measurement(metric, weights, data, device)
        try:
            found = read_measurement(path)
        except MeasurementError as error:
            if isinstance(error, NewerError):
                raise
            self._set_aside(path)
            return None
        if found is None:
            path.unlink(missing_ok=True)  # of an older version: no run is to think that it has been made
        elif (found.metric, found.weights) != (metric, weights):
            self._set_aside(path)
            return None
        return found

    def _set_aside(self, path: Path) -> None:
        path.replace(path.with_suffix(".damaged"))
        self.set_aside.append(path)

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def fresh(self) -> Path:
        return self.root / "fresh"

    def cards(self) -> list[Card]:
        """What is known of every model that ships or is cached and can be read, shipped ones first."""
        paths = [path for folder in (self.shipped, self.models) for path in sorted(folder.glob("*.safetensors"))]
        cards = {card.key: card for card in map(_card, reversed(paths)) if card is not None}
        return sorted(cards.values(), key=lambda card: (card.recipe.objective, card.recipe.data, card.seed))

    def keep_fresh(self) -> None:
        """Put what `--fresh` trained among the cached models: the run is whole, the next `--fresh` starts anew."""
        for path in self.fresh.glob("*.safetensors"):
            self.models.mkdir(parents=True, exist_ok=True)
            path.replace(self.models / path.name)

    def keep_remeasured(self) -> None:
        """Put what `--remeasure` measured among the measurements: the run is whole, the next one measures anew."""
        for path in self.remeasured.glob("*.safetensors"):
            kept = self.root / "measurements"
            kept.mkdir(parents=True, exist_ok=True)
            path.replace(kept / path.name)

    @property
    def measurements(self) -> Path:
        return self.remeasured if self.anew else self.root / "measurements"

    @property
    def remeasured(self) -> Path:
        return self.root / "remeasured"

    @property
    def runs(self) -> Path:
        """What commands of the user gave, a folder a run: its output and its log."""
        return self.root / "experiments"

    @property
    def jobs(self) -> Path:
        """The directories of jobs that run, or that failed and keep their logs."""
        return self.root / "jobs"

    def measurement(self, metric: str, weights: str, data: str, device: str = "cpu") -> Path:
        """Where the measurement of a model is kept, whether or not it is there yet."""
        fields = {
            "metric": metric,
            "code": metric_code(metric),
            "weights": weights,
            "data": data,
            "data code": data_code(data),
            "images": IMAGES,
            "device": device,
            "versions": {name: version(name) for name in ("torch", "timm", "numpy")},
        }
        key = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:24]
        return self.measurements / f"{key}.safetensors"


def _card(path: Path) -> Card | None:
    try:
        return read_card(path)
    except MeasurementError:
        return None


@dataclass(frozen=True)
class Details:
    """What is kept with the values of a measurement: its share of the seconds that its job took, of what kind of model (`toy`
    or the name of another one) and on what device it was made, and by how much, as a share of the largest value, measuring
    once more gave something else (None: it was measured once)."""

    seconds: float = 0.0
    subject: str = Scope.TOY.value
    data: str = ""
    device: str = "cpu"
    dtype: str = "float32"
    repeated: float | None = None


@dataclass(frozen=True)
class Kept(Measurement):
    """A measurement as it is kept."""

    details: Details = Details()

    @classmethod
    def of(cls, found: Measurement, details: Details) -> Kept:
        return cls(found.metric, found.weights, found.values, found.uniform, found.heads, details)


def write_measurement(path: Path, measurement: Measurement, key: str = "") -> None:
    """Keep a measurement, with a checksum of all that is kept. `key` is the name that it will have when it is in its place, which
    hashes what decides its values; the name of `path` where it is written there."""
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.partial")
    details = measurement.details if isinstance(measurement, Kept) else Details()
    card = {
        "schema": SCHEMA,
        "key": key or path.stem,
        "metric": measurement.metric,
        "weights": measurement.weights,
        "uniform": measurement.uniform,
        "details": asdict(details),
    }
    tensors = {"values": measurement.values} | ({} if measurement.heads is None else {"heads": measurement.heads})
    card["sha256"] = _checksum(card, tensors)
    try:
        save_file(tensors, temporary, metadata={"measurement": json.dumps(card)})
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _checksum(card: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> str:
    fields = {name: value for name, value in card.items() if name != "sha256"}
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"\n{name} {tensor.dtype} {tensor.shape}\n".encode() + tensor.tobytes())
    return digest.hexdigest()


def read_measurement(path: Path) -> Kept | None:
    """A kept measurement, or None where there is none, or one of an older version. Raises NewerError for one that a newer version
    wrote, MeasurementError for a file that is damaged or was kept under another name."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        card = read_head(path)["measurement"]
        if card["schema"] > SCHEMA:
            raise NewerError(f"{path}: kept by a newer version (schema {card['schema']}); update check-claims")
        if card["schema"] < SCHEMA:
            return None
        with safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        if _checksum(card, tensors) != card["sha256"]:
            raise MeasurementError(f"{path}: damaged")
        if card["key"] != path.stem:
            raise MeasurementError(f"{path}: kept as {card['key']}, and its file is named otherwise")
        values, heads = tensors["values"], tensors.get("heads")
        return Kept(card["metric"], card["weights"], values, card["uniform"], heads, Details(**card["details"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise MeasurementError(f"{path}: damaged ({error})") from error


def read_details(path: Path) -> tuple[str, str, Details] | None:
    """The metric of a kept measurement, the hash of its model and what is kept with its values, read from the head of its file;
    None where it says nothing, or is of another version."""
    try:
        card = read_head(path)["measurement"]
        if card["schema"] != SCHEMA:
            return None
        return card["metric"], card["weights"], Details(**card["details"])
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return None


def read_head(path: Path) -> dict[str, Any]:
    """The metadata of a safetensors file, each value read as JSON. Raises OSError, KeyError or ValueError where it has none."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > LONGEST_HEAD:
            raise ValueError("the head is too long")
        return {name: json.loads(value) for name, value in json.loads(file.read(length))["__metadata__"].items()}
