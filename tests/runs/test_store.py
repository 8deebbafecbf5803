from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from checker.lab.measure import Measurement
from checker.lab.models import MODELS
from checker.runs.store import Store, code_hash, read_measurement, write_measurement


def test_a_measurement_is_kept_with_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "m" / "x.safetensors"
    assert read_measurement(path) is None
    write_measurement(path, Measurement("d", "w", np.arange(6.0).reshape(2, 3), 1.5))
    kept = read_measurement(path)
    assert kept is not None
    assert kept.values.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (kept.metric, kept.weights, kept.uniform) == ("d", "w", 1.5)


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-3], lambda data: data[:-1] + b"\x01", lambda data: b"", lambda data: b"x" * 99]
)
def test_a_damaged_measurement_is_set_aside(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "x.safetensors"
    write_measurement(path, Measurement("d", "w", np.ones((2, 3)), 1.5))
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    assert read_measurement(path) is None
    assert not path.exists()
    assert path.with_suffix(".damaged").exists()


def test_the_hash_of_code_is_of_what_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    hashes = []
    for number, source in enumerate(
        [
            'def f(x):\n    """Doc."""\n    return x + 1\n',
            "def f(x):\n    # a comment\n\n    return (x + 1)\n",
            "def f(x):\n    return x + 2\n",
        ]
    ):
        (tmp_path / f"module{number}.py").write_text(source)
        hashes.append(code_hash(f"module{number}"))
    assert len(set(hashes)) == 3  # the name counts
    bodies = []
    for source in ('"""Doc."""\nx = 1\n', "x = 1  # one\n", "x = 2\n"):
        (tmp_path / "changing.py").write_text(source)
        code_hash.cache_clear()
        sys.modules.pop("changing", None)
        bodies.append(code_hash("changing"))
    assert bodies[0] == bodies[1] != bodies[2]


def test_shipped_models_come_first_and_fresh_ones_only_when_asked(tmp_path: Path, stand_ins: Path) -> None:
    recipe = MODELS["MAE"].recipe
    store = Store(tmp_path, stand_ins)
    assert store.model(recipe, 0) == stand_ins / f"{recipe.key(0)}.safetensors"
    assert store.model(recipe, 7) is None
    assert store.model(recipe, 0, fresh=True) is None
    store.fresh.mkdir()
    (store.fresh / f"{recipe.key(0)}.safetensors").write_bytes((stand_ins / f"{recipe.key(0)}.safetensors").read_bytes())
    assert store.model(recipe, 0, fresh=True) is not None
    store.keep_fresh()
    assert store.model(recipe, 0, fresh=True) is None
    assert len(store.cards()) == 15
