"""FLOPs and peak memory, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from checker.lab.checkpoints import load
from checker.lab.data import DATA
from checker.lab.encoder import Encoder
from checker.lab.metrics.forward_flops import forward_flops
from checker.lab.metrics.peak_memory import peak_memory, peak_of_results
from checker.lab.models import MODELS
from checker.lab.subjects import Transformer
from tests.conftest import write_model


@pytest.fixture
def toy(tmp_path: Path) -> Transformer:
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, _ = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    return Transformer(encoder, DATA["shapes"], 4)


def test_the_flops_of_a_transformer(toy: Transformer) -> None:
    width, tokens, patches = 64, 65, 64
    linear = tokens * width * (3 * width + width + 4 * width + 4 * width)  # queries, keys and values; output; MLP
    attention = 2 * tokens**2 * width  # scores, and sums of values
    assert forward_flops(toy).tolist() == [[2 * (patches * 48 * width + 6 * (linear + attention))]]


def test_the_most_that_results_take_at_once() -> None:
    def run() -> None:
        first = torch.zeros(1000)  # 4,000 bytes
        second = first + 1  # 8,000 with the first
        del first
        third = second * 2  # 8,000 with the second
        third.view(10, 100).mul_(2)  # nothing new
        del second
        torch.cat([third, third])  # 12,000 with the third

    assert peak_of_results(run, set()) == 12_000


class Doubling(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(100))

    def forward_features(self, pictures: torch.Tensor) -> torch.Tensor:
        return (pictures * 2).flatten(1) + 1


def test_weights_picture_and_results_count() -> None:
    encoder = Encoder("doubling", Doubling(), 32, 4, 0, 1, (0.0,) * 3, (1.0,) * 3, "")
    picture = 3 * 32 * 32 * 4
    assert peak_memory(Transformer(encoder, DATA["shapes"], 4)).tolist() == [[400 + 3 * picture]]


def test_neither_depends_on_how_often_it_is_asked(toy: Transformer) -> None:
    assert torch.equal(peak_memory(toy), peak_memory(toy))
    assert peak_memory(toy).item() > 307_392 * 4
    assert torch.equal(forward_flops(toy), forward_flops(toy))
