"""Floors of data sets, measured once: those that come with the package are recorded there, others are kept in the cache."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from checker.lab.floors import Floor, floors
from checker.lab.metrics import METRICS
from checker.lab.source import code_hash
from checker.runs.store import data_code

if TYPE_CHECKING:
    from checker.lab.data import Dataset
    from checker.runs.store import Store

RECORD = "floors.json"  # in the folder of the data sets; benchmarks/floors.py writes it


def known_floors(data: Dataset, store: Store) -> tuple[Floor, ...]:
    """The floors of a data set: recorded, kept, or measured now and kept. Raises MeasurementError where pictures are missing."""
    key = floor_key(data)
    recorded = _recorded().get(data.name, {})
    if recorded.get("key") == key:
        return _read(recorded["floors"])
    path = store.root / "floors" / f"{key}.json"
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # absent or damaged
        found = floors(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps([asdict(floor) for floor in found]), encoding="utf-8")
    partial.replace(path)
    return found


def floor_key(data: Dataset) -> str:
    """The content address of a data set's floors: its name, which holds the hash of a folder's pictures, and the code that draws
    them."""
    return hashlib.sha256(f"{data.name} {data_code(data.name)} {code_hash('checker.lab.floors')}".encode()).hexdigest()[:24]


def given_away(metrics: Sequence[str], data: Dataset, store: Store) -> str | None:
    """Why no verdict on these metrics can rest on toys of a data set: raw pixels alone already name what the models are asked.
    None where one can, or where the metrics are not about what a model knows."""
    if not data.held_to_floor or not any(METRICS[name].about_knowledge for name in metrics):
        return None
    revealed = [floor for floor in known_floors(data, store) if not floor.carries_knowledge]
    if not revealed:
        return None
    shares = ", ".join(f"{floor.factor} {floor.best:.0%} (chance {floor.chance:.0%})" for floor in revealed)
    return f"raw pixels of {data.title} give the answer away: {shares}; so this says nothing of what a model has learned"


def _read(entries: Sequence[Any]) -> tuple[Floor, ...]:
    return tuple(Floor(**entry) for entry in entries)


@cache
def _recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("checker.lab.data") / RECORD).read_text(encoding="utf-8"))
    return found
