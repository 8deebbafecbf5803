from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from checker.lab.data import DATA
from checker.lab.measure import Measurement
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from checker.lab.source import imported
from checker.runs.store import MEASURING, Store, code_hash, metric_code, read_measurement, write_measurement


def test_a_measurement_is_kept_with_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "m" / "x.safetensors"
    assert read_measurement(path) is None
    write_measurement(path, Measurement("d", "w", np.arange(6.0).reshape(2, 3), 1.5))
    kept = read_measurement(path)
    assert kept is not None
    assert kept.values.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (kept.metric, kept.weights, kept.uniform) == ("d", "w", 1.5)


SPOILS = {
    "cut": lambda data: data[:-3],
    "a flipped value": lambda data: data[:-1] + b"\x01",
    "empty": lambda data: b"",
    "something else": lambda data: b"x" * 99,
    "a flipped header": lambda data: data.replace(b"16.5", b"17.5"),
    "another metric": lambda data: data.replace(b"attention_distance", b"attention_distancf"),
    "a header that is too long": lambda data: (10**9).to_bytes(8, "little") + data[8:],
    "a negative offset": lambda data: data.replace(b'"data_offsets":[0,', b'"data_offsets":[-,'),
    "nothing but brackets": lambda data: (200_000).to_bytes(8, "little") + b"[" * 200_000,
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_damaged_measurement_is_set_aside(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    store = Store(tmp_path, tmp_path / "none")
    path = keep(store, "weights")
    data = path.read_bytes()
    assert store.kept(*WANTED) is not None
    path.write_bytes(spoil(data))
    assert path.read_bytes() != data
    assert store.kept(*WANTED) is None
    assert not path.exists()
    assert path.with_suffix(".damaged").exists()
    assert store.set_aside == [path]


WANTED = ("attention_distance", "weights", "shapes")


def keep(store: Store, weights: str, **changes: str) -> Path:
    path = store.measurement(**{"metric": "attention_distance", "weights": weights, "data": "shapes"} | changes)
    write_measurement(path, Measurement("attention_distance", weights, np.ones((2, 3)), 16.5))
    return path


@pytest.mark.parametrize("how", ["swapped", "copied", "renamed", "linked"])
@pytest.mark.parametrize("other", [{"metric": "attention_entropy"}, {"data": "leaves"}, {"device": "cuda"}, {}])
def test_what_is_loaded_is_what_was_asked_for(tmp_path: Path, how: str, other: dict[str, str]) -> None:
    """Whole files, each sound in itself, under the name of another one."""
    store = Store(tmp_path, tmp_path / "none")
    path, foreign = keep(store, "weights"), keep(store, "those of another model", **other)
    kept = path.read_bytes()
    if how == "swapped":
        data = foreign.read_bytes()
        foreign.write_bytes(kept)
        path.write_bytes(data)
    elif how == "copied":
        path.write_bytes(foreign.read_bytes())
    elif how == "renamed":
        foreign.replace(path)
    else:
        path.unlink()
        path.symlink_to(foreign)
    assert store.kept(*WANTED) is None
    assert store.set_aside == [path]
    assert not path.exists()


def test_a_measurement_of_an_older_version_is_made_again_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, tmp_path / "none")
    monkeypatch.setattr("checker.runs.store.SCHEMA", 1)
    path = keep(store, "weights")
    monkeypatch.undo()
    assert store.kept(*WANTED) is None
    assert not path.exists()
    assert store.set_aside == []


def test_a_model_under_the_name_of_another_is_set_aside(tmp_path: Path, stand_ins: Path) -> None:
    store = Store(tmp_path, tmp_path / "none")
    mine, other = (MODELS[name].recipe_on("shapes") for name in ("MAE", "DINO"))
    store.models.mkdir()
    path = store.models / mine.file_name(0)
    path.write_bytes((stand_ins / other.file_name(0)).read_bytes())
    assert store.model(mine, 0) is None
    assert store.set_aside == [path]


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
    for source in ('"""Doc."""\nx = 1\nraise E("a")', "x = 1  # one\nraise E('b') from E\n", "x = 2\nraise E('a')\n"):
        (tmp_path / "changing.py").write_text(source)
        code_hash.cache_clear()
        sys.modules.pop("changing", None)
        bodies.append(code_hash("changing"))
    assert bodies[0] == bodies[1] != bodies[2]


def test_shipped_models_come_first_and_fresh_ones_only_when_asked(tmp_path: Path, stand_ins: Path) -> None:
    recipe = MODELS["MAE"].recipe_on("shapes")
    store = Store(tmp_path, stand_ins)
    assert store.model(recipe, 0) == stand_ins / f"{recipe.key(0)}.safetensors"
    assert store.model(recipe, 7) is None
    assert store.model(recipe, 0, fresh=True) is None
    store.fresh.mkdir()
    (store.fresh / f"{recipe.key(0)}.safetensors").write_bytes((stand_ins / f"{recipe.key(0)}.safetensors").read_bytes())
    assert store.model(recipe, 0, fresh=True) is not None
    store.keep_fresh()
    assert store.model(recipe, 0, fresh=True) is None
    assert len(store.cards()) == 25


def test_hashed_modules_unparse_alike_on_every_python() -> None:
    """Python 3.12 changed how f-strings with quotes inside are written back; hashed modules hold none outside of errors."""
    modules = {"checker.lab.data.base", "checker.verdicts.compare", "checker.verdicts.counts", "checker.claims.layers"}
    modules |= {data.module for data in DATA.values()}
    for module in (*MEASURING, *(metric.measure.__module__ for metric in METRICS.values())):
        modules |= imported(module)
    for module in sorted(modules):
        spec = find_spec(module)
        assert spec is not None and spec.origin is not None
        tree = ast.parse(Path(spec.origin).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise):
                node.exc = node.cause = None
        for node in ast.walk(tree):
            if isinstance(node, ast.FormattedValue):
                inside = [n for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                assert inside == [], f"{module}:{node.lineno}"


def test_the_code_of_a_metric_is_all_that_measures_it_and_nothing_else() -> None:
    needed = imported("checker.lab.metrics.perturbed_accuracy") | imported("checker.lab.measure")
    assert {"checker.lab.perturbations", "checker.lab.probing", "checker.lab.subjects.base", "checker.lab.encoder"} <= needed
    assert not [
        name
        for name in needed
        if name.split(".")[2] in ("models", "registry", "metric", "sources", "changes", "training", "objectives", "checkpoints")
    ]
    modules = {metric.measure.__module__ for metric in METRICS.values()}
    assert len({metric_code(name) for name in METRICS}) == len(modules)
