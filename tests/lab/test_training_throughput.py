from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from checker.errors import MeasurementError
from checker.lab.checkpoints import load
from checker.lab.data import DATA
from checker.lab.metrics.training_throughput import training_throughput
from checker.lab.models import MODELS
from checker.lab.subjects import Subject, Transformer
from tests.conftest import write_model


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, card = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    return Transformer(encoder, DATA["shapes"], 4, dataclasses.replace(card, images_seen=6400, cpu_seconds=25.0))


def test_images_for_each_second(subject: Subject) -> None:
    assert training_throughput(subject).tolist() == [[256.0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "has no card"),
        ({"images_seen": 0, "cpu_seconds": 0.0}, "saw 0 images in 0.0 seconds"),
        ({"cpu_seconds": 0.0}, "saw 6400 images in 0.0 seconds"),
    ],
)
def test_models_that_have_no_throughput(subject: Subject, change: dict[str, float] | None, message: str) -> None:
    subject.card = None if change is None else dataclasses.replace(subject.card, **change)
    with pytest.raises(MeasurementError, match=message):
        training_throughput(subject)
