"""MLflow's stores, read as they lie on disk: a folder `mlruns` of small files, or a SQLite database. No client and no server.

A run's value is its latest one, as MLflow defines it: the largest step, of equal steps the later one.
Source: mlflow.store.tracking, FileStore and the tables of SqlAlchemyStore.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.results.entry import Entry
from checker.lab.results.files import MOST_DOCUMENT, Source, decode, is_sqlite, load_yaml, open_sqlite, read_bytes
from checker.lab.results.readers.base import Reader
from checker.lab.results.rows import Record, Rows, tabulate

STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
TRASH = ".trash"
Points = list[tuple[int, int, float]]  # (step, time in ms, value)


def sees(source: Source) -> bool:
    if len(source.files) == 1 and is_sqlite(source.files[0]):
        with open_sqlite(source.files[0]) as connection:
            return {"runs", "latest_metrics"} <= {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return any(file.name == "meta.yaml" for file in source.files)


def read(source: Source, entry: Entry | None) -> Rows:
    if len(source.files) == 1 and is_sqlite(source.files[0]):
        return tabulate(_database(source.files[0], entry), entry)
    return tabulate(_folders(source, entry), entry)


def choose(known: Mapping[str, str], wanted: str | None, what: str) -> str:
    """The key of the experiment or study that is meant by name or by key; the only one where none is named.

    Raises ConfigurationError where it is not there, or where there are several to choose from.
    """
    if wanted is None and len(known) == 1:
        return next(iter(known))
    fitting = [key for key, name in known.items() if wanted in (name, key)]
    if len(fitting) == 1:
        return fitting[0]
    problem = f"no {what} {wanted!r}" if wanted else f"several; write which as `{what}`"
    raise ConfigurationError(f"{problem}: there is {', '.join(map(repr, known.values())) or 'none'}")


def _folders(source: Source, entry: Entry | None) -> Iterator[Record]:
    below: dict[Path, list[Path]] = {}
    metas = [file for file in source.files if file.name == "meta.yaml" and TRASH not in source.folders(file)]
    for meta in metas:
        below[meta.parent] = []
    for file in source.files:
        for parent in file.parents:
            if parent in below:
                below[parent].append(file)
                break
    runs = {meta.parent: load_yaml(meta) for meta in metas}
    runs = {folder: values for folder, values in runs.items() if isinstance(values, dict)}
    experiments = {
        str(values["experiment_id"]): str(values.get("name"))
        for folder, values in runs.items()
        if "run_id" not in values
        and "run_uuid" not in values
        and values.get("lifecycle_stage", "active") == "active"
        and "experiment_id" in values
    }
    used = {
        key: name
        for key, name in experiments.items()
        if any(str(run.get("experiment_id")) == key and "run_id" in run for run in runs.values())
    }
    chosen = (
        choose(
            used if entry is None or entry.experiment is None else experiments, entry.experiment if entry else None, "experiment"
        )
        if experiments
        else None
    )
    for folder, values in runs.items():
        run = values.get("run_id") or values.get("run_uuid")
        if run is None or (chosen is not None and str(values.get("experiment_id")) != chosen):
            continue
        parts: dict[str, dict[str, Any]] = {"params": {}, "tags": {}}
        points: dict[str, Points] = {}
        for file in below[folder]:
            group, *name = file.relative_to(folder).parts
            if group in parts:
                parts[group]["/".join(name)] = decode(read_bytes(file), file.name)
            elif group == "metrics":
                points["/".join(name)] = _points(file)
        status = values.get("status")
        yield _record(str(run), STATUS.get(status, str(status)), values, parts, points, source.label(folder / "meta.yaml"))


def _points(file: Path) -> Points:
    """Of a metric's file, which has `time value step` a line. A last line that was cut off is left out."""
    points: Points = []
    lines = decode(read_bytes(file, MOST_DOCUMENT), file.name).splitlines()
    for number, line in enumerate(lines, 1):
        cells = line.split()
        try:
            points.append((int(cells[2]) if len(cells) > 2 else 0, int(cells[0]), float(cells[1])))
        except (ValueError, IndexError) as error:
            if number < len(lines):
                raise MeasurementError(f"{file.name}: line {number} is not a time, a value and a step") from error
    return points


def _database(file: Path, entry: Entry | None) -> Iterator[Record]:
    import sqlite3

    try:
        with open_sqlite(file) as connection:
            yield from _runs(connection, file, entry)
    except sqlite3.Error as error:
        raise MeasurementError(f"{file.name}: not MLflow's tables ({error})") from error


def _runs(connection: Any, file: Path, entry: Entry | None) -> Iterator[Record]:
    rows = connection.execute("SELECT experiment_id, name, lifecycle_stage FROM experiments").fetchall()
    used = {str(row[0]) for row in connection.execute("SELECT DISTINCT experiment_id FROM runs")}
    wish = entry.experiment if entry else None
    known = {str(row[0]): row[1] for row in rows if row[2] == "active" and (wish or str(row[0]) in used)}
    chosen = choose(known, wish, "experiment")
    for row in connection.execute("SELECT * FROM runs WHERE experiment_id = ?", (chosen,)).fetchall():
        run = row["run_uuid"]
        parts = {
            table: dict(connection.execute(f"SELECT key, value FROM {table} WHERE run_uuid = ?", (run,)).fetchall())
            for table in ("params", "tags")
        }
        points: dict[str, Points] = {}
        query = "SELECT key, step, timestamp, value, is_nan FROM metrics WHERE run_uuid = ?"
        for key, step, time, value, is_nan in connection.execute(query, (run,)):
            points.setdefault(key, []).append((step, time, math.nan if is_nan else value))
        values = {key: row[key] for key in row.keys() if key in ("name", "lifecycle_stage", "start_time", "end_time")}  # noqa: SIM118
        yield _record(run, row["status"], values, parts, points, file.name)


def _record(
    run: str, status: str, values: Mapping[str, Any], parts: dict[str, dict[str, Any]], points: dict[str, Points], file: str
) -> Record:
    state = "" if status == "FINISHED" else f"the run did not finish: {status}"
    if values.get("lifecycle_stage", "active") != "active":
        state = "the run was deleted"
    latest = {name: max(found, key=lambda point: point[:2])[2] for name, found in points.items() if found}
    fields = {
        **parts,
        "metrics": latest,
        "status": status,
        "run_id": run,
        "run_name": values.get("run_name") or values.get("name") or parts["tags"].get("mlflow.runName"),
    }
    history = [
        (step, {f"metrics.{name}": value})
        for name, found in points.items()
        for step, _, value in sorted(found, key=lambda point: point[:2])
    ]
    return Record(file, f"run {run[:8]}", run, state, fields, history)


MLFLOW = Reader("mlflow", sees, read)
