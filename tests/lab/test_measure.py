from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from checker.errors import MeasurementError
from checker.lab.measure import IMAGES, measure
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from tests.conftest import write_model


def test_a_model_built_to_look_near_measures_shorter(tmp_path: Path) -> None:
    for seed, locality in enumerate((0.0, 0.3, 3.0)):
        write_model(tmp_path, "MAE", seed, locality)
    recipe = MODELS["MAE"].recipe
    far, middle, near = (
        measure("attention_distance", tmp_path / f"{recipe.key(seed)}.safetensors", "shapes", 64) for seed in range(3)
    )
    assert far.values.shape == (6, 64)
    assert far.uniform == pytest.approx(16.546, abs=1e-3)
    assert far.values[0].mean() == pytest.approx(far.uniform, rel=0.05)
    assert near.values[0].mean() < middle.values[0].mean() < far.values[0].mean()
    assert IMAGES >= 100


def test_the_first_images_do_not_depend_on_how_many_are_measured(tmp_path: Path) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    path = tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors"
    again = measure("attention_distance", path, "shapes", 64)
    assert measure("attention_distance", path, "shapes", 64).values.tolist() == again.values.tolist()


def test_a_value_that_is_not_finite_names_the_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    broken = dataclasses.replace(
        METRICS["attention_distance"], measure=lambda attention, *rest: attention[:, :, 0, 0] * float("nan")
    )
    monkeypatch.setitem(METRICS._entries, "attention_distance", broken)
    with pytest.raises(MeasurementError, match="attention_distance is nan in layer 1, image 0"):
        measure("attention_distance", tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors", "shapes", 32)
