from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import checker
from checker.errors import TrainedOtherwiseError
from checker.lab import training_code as code
from checker.lab.checkpoints import read_card
from checker.lab.fingerprint import alike, fingerprint
from checker.lab.models import MODELS
from checker.lab.objectives import simmim
from checker.lab.objectives.first import mae
from checker.lab.recipes import Recipe
from checker.runs.store import Store

SHIPPED = Store.default()
MAE = MODELS["MAE"].recipe
assert MAE is not None


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path))


def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source of what trains is another than when the models were stamped."""
    monkeypatch.setattr(code, "training_code", lambda recipe: "changed")


def test_todays_code_trains_every_recipe_that_ships() -> None:
    """After a change: `python -m checker.lab.training_code`."""
    cards = {card.recipe.name: card for card in map(read_card, SHIPPED.shipped.glob("*.safetensors"))}
    assert set(cards) == set(code.stamps())
    assert [card.recipe for card in cards.values() if code.stamps()[card.recipe.name][0] != code.training_code(card.recipe)] == []


def test_another_mask_ratio_in_the_code_refuses_the_models_that_it_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch)
    monkeypatch.setattr(mae, "MASK_RATIO", 0.5)
    with pytest.raises(TrainedOtherwiseError, match=r"mae, seed 0: the code that trains it has changed .*--fresh.* again"):
        SHIPPED.model(MAE, 0)


def test_code_that_trains_the_same_lets_them_stand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed(monkeypatch)
    assert SHIPPED.model(MAE, 0) is not None
    assert [path.name for path in (tmp_path / "fingerprints").iterdir()] == [f"{MAE.name}-changed.json"]


def test_a_model_that_todays_code_trained_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch)
    monkeypatch.setattr(mae, "MASK_RATIO", 0.5)
    card = read_card(SHIPPED.shipped / MAE.file_name(0))
    assert code.why_trained_otherwise(card) is not None
    assert code.why_trained_otherwise(dataclasses.replace(card, versions={code.CODE: "changed"})) is None


@pytest.mark.parametrize(("name", "value"), [("MASK_RATIO", 0.5), ("MASK_UNIT", 1), ("CROP_AREA", (0.5, 1.0)), ("CLIP", 0.01)])
def test_a_fingerprint_changes_with_what_an_objective_does(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe("simmim", "shapes", steps=50, edition=2)
    before = fingerprint(recipe)
    assert alike(before, fingerprint(recipe))
    monkeypatch.setattr(simmim, name, value)
    assert not alike(before, fingerprint(recipe))


@pytest.mark.parametrize("change", [{"learning_rate": 1.01e-3}, {"final_weight_decay": 0.4}, {"beta2": 0.9}, {"warmup": 0.2}])
def test_a_fingerprint_changes_with_the_optimiser(change: dict[str, float]) -> None:
    recipe = Recipe("supervised", "shapes", steps=50, edition=2)
    assert not alike(fingerprint(recipe), fingerprint(dataclasses.replace(recipe, **change)))  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "stands"),
    [("MASK_RATIO = 0.75", "MASK_RATIO = 0.5", False), ("canvas", "picture_so_far", True), ("HIDDEN", "HIDDEN", True)],
)
def test_the_source_itself(old: str, new: str, stands: bool, tmp_path: Path) -> None:
    package = tmp_path / "src" / "checker"
    shutil.copytree(Path(checker.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    source = package / "lab/objectives/first/mae.py"
    source.write_text(source.read_text().replace(old, new))
    ask = "from checker.runs.store import Store; from checker.lab.models import MODELS; Store.default().model(MODELS['MAE'].recipe, 0)"
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "CHECK_CLAIMS_CACHE": str(tmp_path / "cache")}
    found = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert (found.returncode == 0) is stands, found.stderr
