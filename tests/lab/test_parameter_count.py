from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from checker.lab.checkpoints import load
from checker.lab.data import DATA
from checker.lab.metrics.parameter_count import parameter_count
from checker.lab.models import MODELS
from checker.lab.subjects import Transformer
from tests.conftest import write_model
from tests.lab.planted import patch_pixels, planted


def test_a_transformer_counted_by_hand(tmp_path: Path) -> None:
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, _ = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    width, depth, patches = 64, 6, 64
    embedding = 48 * width + width
    block = 2 * 2 * width + (width * 3 * width + 3 * width) + (width * width + width) + 2 * 4 * width * width + 5 * width
    expected = width + (patches + 1) * width + embedding + depth * block + 2 * width
    assert parameter_count(Transformer(encoder, DATA["shapes"], 4)).tolist() == [[expected]]


@pytest.mark.parametrize("tied", [True, False])
def test_shared_parameters_count_once(tied: bool) -> None:
    encoder = planted(patch_pixels)
    encoder.module.first = nn.Linear(3, 5)
    encoder.module.second = encoder.module.first if tied else nn.Linear(3, 5)
    assert parameter_count(Transformer(encoder, DATA["shapes"], 4)).item() == (20 if tied else 40)
