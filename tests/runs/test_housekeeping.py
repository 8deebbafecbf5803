"""The cache folder: what is damaged, newer, of no use any more, and what is never removed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.errors import NewerError
from checker.lab.checkpoints import Card, is_sound, read_card
from checker.lab.context import Context
from checker.lab.measure import Measurement
from checker.lab.models import MODELS
from checker.lab.sources import Wanted
from checker.runs.bench import Bench, Options
from checker.runs.folder import JobFolder
from checker.runs.housekeeping import look_through, prune
from checker.runs.store import Details, Kept, Store, read_measurement, write_measurement
from checker.scope import Scope
from tests.conftest import write_model
from tests.runs.test_check import LEVELS, Fake
from tests.runs.test_local import train_job


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Store, Card]:
    store = Store(tmp_path / "cache", tmp_path / "zoo")
    return store, write_model(store.models, "MAE", 0, 0.5)


def newer(path: Path) -> None:
    """Raise the schema in the head of a safetensors file."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + length])
    about = head["__metadata__"]
    if "measurement" in about:
        about["measurement"] = json.dumps(json.loads(about["measurement"]) | {"schema": 9})
    else:
        about["schema"] = "2"
    text = json.dumps(head).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-100],
        lambda data: data[:-1] + b"\x01",
        lambda data: b"",
        lambda data: data[:50],
        lambda data: b"x" * 99,
    ],
)
def test_a_damaged_model_is_set_aside_and_trained_again(kept: tuple[Store, Card], spoil: Callable[[bytes], bytes]) -> None:
    store, card = kept
    path = store.models / f"{card.key}.safetensors"
    path.write_bytes(spoil(path.read_bytes()))
    execute = Fake(LEVELS)
    bench = Bench(store, Options(), execute)
    bench.have([Wanted("MAE", Scope.TOY, "shapes", 0)])
    assert execute.titles == ["train MAE, seed 0 on shapes"]
    assert not path.exists()
    assert path.with_suffix(".damaged").exists()


def test_what_a_newer_version_wrote_is_refused_and_stays(kept: tuple[Store, Card]) -> None:
    store, card = kept
    path = store.models / f"{card.key}.safetensors"
    newer(path)
    with pytest.raises(NewerError, match=r"schema 2\); update check-claims"):
        read_card(path)
    execute, want = Fake(LEVELS), Wanted("MAE", Scope.TOY, "shapes", 0)
    bench = Bench(store, Options(), execute)
    bench.have([want])
    assert "written by a newer version" in bench.faults[want]
    assert execute.titles == []
    assert path.exists()

    measured = store.measurements / "x.safetensors"
    write_measurement(measured, Measurement("m", "w", np.ones((1, 1)), None))
    newer(measured)
    with pytest.raises(NewerError, match="kept by a newer version"):
        read_measurement(measured)
    assert measured.exists()


def test_the_key_of_a_measurement_covers_what_decides_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, tmp_path)
    first = store.measurement("attention_distance", "w", "shapes")
    others = [
        store.measurement("attention_entropy", "w", "shapes"),
        store.measurement("attention_distance", "v", "shapes"),
        store.measurement("attention_distance", "w", "leaves"),
        store.measurement("attention_distance", "w", "shapes", "cuda"),
    ]
    monkeypatch.setattr("checker.runs.store.version", lambda package: "0")
    others.append(store.measurement("attention_distance", "w", "shapes"))
    monkeypatch.setattr("checker.runs.store.metric_code", lambda metric: "changed")
    others.append(store.measurement("attention_distance", "w", "shapes"))
    assert len({first, *others}) == 7


def test_only_what_nothing_refers_to_is_removed(kept: tuple[Store, Card]) -> None:
    store, card = kept
    found = Measurement("attention_distance", card.weights, np.ones((6, 2)), 1.0)
    wanted = store.measurement("attention_distance", card.weights, "shapes")
    write_measurement(wanted, Kept.of(found, Details(data="shapes")))
    orphan = store.measurement("attention_distance", "gone", "shapes")
    write_measurement(orphan, Kept.of(found, Details(data="shapes")))
    old = store.measurements / "0123.safetensors"  # of code that there was
    write_measurement(old, Kept.of(found, Details(data="shapes")))
    (store.measurements / "x.1.partial").write_bytes(b"half")
    (store.measurements / "y.damaged").write_bytes(b"")
    failed, running, resumable = (JobFolder(store.jobs / name) for name in ("failed", "running", "resumable"))
    for folder in (failed, running, resumable):
        folder.write(train_job(store.root), Context())
    (resumable.path / "model.state").write_bytes(b"")
    with running.held(threading.Event()):
        kinds = look_through(store)
        removed = prune(kinds)
    assert {kind.name: len(kind.entries) for kind in kinds} == {
        "models": 1, "states": 1, "measurements": 3, "fresh": 0, "remeasured": 0, "seen": 0, "experiments": 0, "readings": 0,
        "decisions": 0, "code": 0, "jobs": 4, "vaults": 0, "idle": 0, "damaged": 2
    }  # fmt: skip
    assert set(removed) == {orphan, old, failed.path, store.measurements / "x.1.partial", store.measurements / "y.damaged"}
    assert wanted.exists() and running.path.exists() and resumable.path.exists()
    assert is_sound(store.models / MODELS["MAE"].recipe.file_name(0))
