"""Results that were recorded elsewhere: the tables of the project's results.yaml. Nothing is measured; a file that changes makes
its claims stale."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from checker.errors import CheckerError, ConfigurationError, MeasurementError
from checker.lab.context import current
from checker.lab.metric import METRICS, QUALITY, Comparatives, Needs
from checker.lab.models import Model
from checker.lab.results.entry import PERCENTS, SHARES, Entry
from checker.lab.results.files import find_source
from checker.lab.results.table import FILE_NAME, Table, load_entries, read_table
from checker.lab.sources.base import Found, Places, Source, Wanted
from checker.lab.trust import HIDDEN
from checker.scope import Scope
from checker.vocabulary import MarginWord, MetricWord, Relation

if TYPE_CHECKING:
    import numpy as np

FOLDERS = ("claims", HIDDEN)  # of a project or a vault, in which results.yaml may lie
OTHER: dict[Relation, Relation] = {"greater": "less", "less": "greater"}
JOIN = " + "  # between the files of a correlation's two metrics
SPLITS = (("validation", "val", "valid", "dev"), ("test",), ("training", "train"))  # words for the same part of a data set
PICTURES = ("images", "pictures", "examples", "set", "split", "data")
TABLES = 64  # that are kept in memory


class Described(Protocol):
    """A metric as a file of the user describes it."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def better(self) -> str: ...


class Recorded(Source):
    scope = Scope.RECORDED
    measures = False

    def models(self) -> Iterable[Model]:
        return [Model(name) for name in dict.fromkeys(name for entry in _entries() for name in _models(entry))]

    def metrics(self) -> Iterable[MetricWord]:
        return [metric_word(entry) for entry in _entries()]

    def present(self) -> bool:
        return bool(_entries())

    def problem(self) -> str | None:
        file = _file()
        try:
            if file is not None:
                _read_entries(file, _stamp(file))
        except CheckerError as error:
            return str(error)
        return None

    def version(self) -> Hashable:
        file = _file()
        return None if file is None else (str(file), _stamp(file))

    def has(self, name: str) -> bool:
        return any(name in _models(entry) for entry in _entries())

    def cannot(self, name: str, metric: MetricWord, needs: Needs) -> str | None:
        if any(metric_name(entry) == metric.name and name in _models(entry) for entry in _entries()):
            return None
        return f"no table has {metric.title} of {name}"

    def recorded(self, name: str, metrics: Sequence[str]) -> Sequence[Wanted]:
        entries = [entry for entry in _entries() if metric_name(entry) in metrics and name in _models(entry)]
        data = JOIN.join(dict.fromkeys(entry.file for entry in entries))
        try:
            seeds = [list(_seeds(name, metric)) for metric in metrics]
        except CheckerError:
            seeds = []
        shared = [seed for seed in seeds[0] if all(seed in other for other in seeds)] if seeds else []
        return [Wanted(name, self.scope, data, seed) for seed in shared or [0]]

    def find(self, wanted: Wanted, places: Places) -> Found | None:
        """Raises MeasurementError where the table of the model cannot be used, with its reason."""
        try:
            tables = _tables(wanted.name, wanted.data)
        except ConfigurationError as error:
            raise MeasurementError(str(error)) from error
        digest = hashlib.sha256("".join(table.digest for table in tables).encode()).hexdigest()[:16]
        return Found(Path(wanted.data), digest)

    def known(self, metric: str, wanted: Wanted, places: Places) -> np.ndarray | None:
        try:
            seeds = _seeds(wanted.name, metric)
        except ConfigurationError as error:
            raise MeasurementError(str(error)) from error
        if wanted.seed not in seeds:
            raise MeasurementError(f"{wanted.data}: {wanted.name} has no value that counts; `check-claims results` says why")
        values: np.ndarray = seeds[wanted.seed].reshape(1, -1)
        return values

    def provenance(self, name: str, found: Sequence[Found]) -> dict[str, Any]:
        origin: dict[str, str] = {}
        for table in _tables(name, str(found[0].file)):
            chosen = table.selection
            left = [f"{part.reason} ({part.rows})" for part in chosen.left_out if part.model in ("", name)]
            missing = [f"seed {part.seed}" for part in chosen.missing if part.model == name]
            facts = {
                "file": table.entry.file,
                "hash": table.digest,
                "rows": str(chosen.rows),
                "values": ", ".join(f"{seed}: {value:.12g}" for seed, value in chosen.means().get(name, {}).items()),
                "left out": "; ".join(left),
                "missing": ", ".join(missing),
            }
            again = "second " if origin else ""  # of a correlation
            origin |= {f"{again}{what}": fact for what, fact in facts.items() if fact}
        return origin


def metric_name(entry: Entry) -> str:
    """The name of an entry's metric in specs: that of the lab's metric of this title and unit, or one made of its words."""
    return lab_metric(entry.metric) or plain_name(entry.metric.name)


def metric_word(entry: Entry) -> MetricWord:
    """The metric of a table as sentences may name it."""
    margin = MarginWord(entry.metric.margin, entry.metric.unit)
    return replace(word_of(metric_name(entry), entry.metric, margin, Scope.RECORDED), synonyms=tuple(_on_split(entry)))


def _on_split(entry: Entry) -> Iterator[str]:
    """How sentences name a metric together with the split that its entry chooses: "accuracy on the validation images"."""
    chosen = str(entry.where.get(entry.columns.split or "", "")).casefold()
    for word in next((names for names in SPLITS if chosen in names), ()):
        yield f"{word} {entry.metric.name}"
        for noun in PICTURES:
            yield f"{entry.metric.name} on {word} {noun}"
            yield f"{entry.metric.name} on the {word} {noun}"


def plain_name(title: str) -> str:
    """The name in specs of a metric that is not the lab's."""
    return re.sub(r"\W+", "_", title.lower()).strip("_")


def word_of(name: str, metric: Described, margin: MarginWord, scope: Scope) -> MetricWord:
    """A metric of the user's, one number for a whole model, as sentences may name it."""
    turned: Comparatives = tuple((word, OTHER[side]) if word in ("better", "worse") else (word, side) for word, side in QUALITY)
    return MetricWord(
        name=name,
        title=metric.name,
        unit=metric.unit,
        unit_words=("percent", "points", "%") if metric.unit == "%" else (metric.unit,),
        synonyms=(),
        comparatives=QUALITY if metric.better == "higher" else turned,
        margin=margin,
        layers="",
        scopes=(scope,),
        pictures=False,
    )


def lab_metric(of: Described) -> str | None:
    """The lab's metric that has this title, in this unit or as a share where the user has percent."""
    title = _plain(of.name)
    for name, metric in METRICS.items():
        units = (metric.word.unit, *PERCENTS) if metric.word.unit in SHARES else (metric.word.unit,)
        if of.unit in units and title in map(_plain, (name, metric.word.title, *metric.word.synonyms)):
            return name
    return None


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


def _file() -> Path | None:
    """The results.yaml of the project whose work this is."""
    files = (current().root / folder / FILE_NAME for folder in FOLDERS)
    return next((file for file in files if file.is_file()), None)


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def _entries() -> tuple[Entry, ...]:
    """The entries of the project; none where its file is not well formed, which `problem` reports."""
    file = _file()
    if file is None:
        return ()
    try:
        return _read_entries(file, _stamp(file))
    except CheckerError:
        return ()


@lru_cache(TABLES)
def _read_entries(file: Path, stamp: tuple[int, int]) -> tuple[Entry, ...]:
    return load_entries(file.parent)


def _models(entry: Entry) -> tuple[str, ...]:
    """The names in claims of the models of an entry."""
    if entry.models is not None:
        return tuple(dict.fromkeys(entry.models.values()))
    try:
        return tuple(_table(entry).selection.values)
    except CheckerError:
        return ()


def _table(entry: Entry) -> Table:
    file = _file()
    assert file is not None
    folders = (file.parent.parent, file.parent)
    source = find_source(entry.file, *folders)
    return _read_table(entry.model_dump_json(), folders, tuple((str(path), *_stamp(path)) for path in source.files))


@lru_cache(TABLES)
def _read_table(entry: str, folders: tuple[Path, ...], stamps: tuple[Any, ...]) -> Table:
    """The table of an entry, read again when one of its files has changed."""
    return read_table(Entry.model_validate_json(entry), *folders)


def _tables(name: str, data: str) -> list[Table]:
    """The tables of a model in these files."""
    files = {Path(file) for file in data.split(JOIN)}
    return [_table(entry) for entry in _entries() if name in _models(entry) and Path(entry.file) in files]


def _seeds(name: str, metric: str) -> dict[int, np.ndarray]:
    """The values of a metric by seed, from the one table that has some of the model, in the unit of the metric. Seeds that are
    not all numbers are counted.

    Raises MeasurementError where two tables have some: which of them counts is for a person to say.
    """
    tables = [_table(entry) for entry in _entries() if metric_name(entry) == metric and name in _models(entry)]
    having = [table for table in tables if name in table.selection.values]
    if len(having) > 1:
        files = " and ".join(table.entry.file for table in having)
        raise MeasurementError(f"{name} has values of {having[0].entry.metric.name} in {files}; keep them in one table")
    if not having:
        return {}
    (table,) = having
    values = table.selection.values[name]
    whole = METRICS[metric].word.unit if metric in METRICS else table.entry.metric.unit
    scale = 0.01 if whole in SHARES and table.entry.metric.unit in PERCENTS else 1.0
    numbers = [int(seed) for seed in values] if all(seed.isdigit() for seed in values) else range(len(values))
    return {number: value * scale for number, value in zip(numbers, values.values(), strict=True)}
