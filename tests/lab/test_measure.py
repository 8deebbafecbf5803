from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from checker.errors import MeasurementError
from checker.lab.checkpoints import load
from checker.lab.data import DATA
from checker.lab.measure import IMAGES, measure
from checker.lab.metrics import METRICS
from checker.lab.models import MODELS
from checker.lab.subjects import Subject, Transformer
from tests.conftest import write_model


def subject(folder: Path, seed: int, count: int) -> Subject:
    encoder, card = load(folder / MODELS["MAE"].recipe_on("shapes").file_name(seed))
    return Transformer(encoder, DATA["shapes"], count, card)


def test_a_model_built_to_look_near_measures_shorter(tmp_path: Path) -> None:
    for seed, locality in enumerate((0.0, 0.3, 3.0)):
        write_model(tmp_path, "MAE", seed, locality)
    far, middle, near = (measure(["attention_distance"], subject(tmp_path, seed, 64))["attention_distance"] for seed in range(3))
    assert far.values.shape == (6, 64)
    assert far.uniform == pytest.approx(16.546, abs=1e-3)
    assert far.values[0].mean() == pytest.approx(far.uniform, rel=0.05)
    assert near.values[0].mean() < middle.values[0].mean() < far.values[0].mean()
    assert IMAGES >= 100


def test_a_subject_gives_the_same_pictures_whatever_was_asked_before(tmp_path: Path) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    asked, fresh = subject(tmp_path, 0, 8), subject(tmp_path, 0, 8)
    asked.split("probe-train", 60)
    assert (asked.split("probe-train", 20).images == fresh.split("probe-train", 20).images).all()
    assert torch.equal(asked.images, fresh.images)


def test_metrics_share_one_forward_pass(tmp_path: Path) -> None:
    """Every metric of attention and tokens gives, among others, what it gives alone; and the blocks run once a batch."""
    write_model(tmp_path, "MAE", 0, 0.3)
    streamed = [name for name, metric in METRICS.items() if metric.reads != "model"]
    together = subject(tmp_path, 0, 40)
    passes: list[int] = []
    hook = together.encoder.module.blocks[0].register_forward_hook(lambda *_: passes.append(1))
    found = measure(streamed, together)
    hook.remove()
    assert len(passes) == 2  # 32 and 8 images
    for name in streamed:
        alone = measure([name], subject(tmp_path, 0, 40))[name]
        assert found[name].values == pytest.approx(alone.values, rel=1e-4, abs=1e-6)
        assert found[name].values.shape == (6, 40)
        assert (found[name].uniform is None) == (METRICS[name].reads == "tokens")


def test_a_value_that_is_not_finite_names_the_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    broken = dataclasses.replace(
        METRICS["attention_distance"], measure=lambda attention, *rest: attention[:, :, 0, 0] * float("nan")
    )
    monkeypatch.setitem(METRICS._entries, "attention_distance", broken)
    with pytest.raises(MeasurementError, match="attention_distance is nan in layer 1, image 0"):
        measure(["attention_distance"], subject(tmp_path, 0, 32))


def test_images_are_prepared_as_the_model_wants_them(tmp_path: Path) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder = subject(tmp_path, 0, 1).encoder
    grey = torch.full((2, 3, 32, 32), 255, dtype=torch.uint8)
    assert encoder.prepare(grey).unique().tolist() == [2.0]  # (1 - 0.5) / 0.25
    assert encoder.prepare(torch.rand(2, 3, 50, 50)).shape == (2, 3, 32, 32)
