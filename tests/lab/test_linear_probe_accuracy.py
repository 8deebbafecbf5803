"""Planted truth: blocks that know both factors, one factor, or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.checkpoints import load
from checker.lab.data import DATA
from checker.lab.metrics.linear_probe_accuracy import linear_probe_accuracy
from checker.lab.models import MODELS
from checker.lab.probing import LinearProbe, Scaler
from checker.lab.subjects import Transformer
from tests.conftest import write_model
from tests.lab.planted import CODED, data_of, noise, patch_pixels, planted


def test_what_a_block_knows_is_read_right() -> None:
    def colours(pictures: Tensor) -> Tensor:
        return patch_pixels(pictures).unflatten(2, (3, 16)).mean(3)

    encoder = planted(colours, lambda pictures: colours(pictures) * torch.tensor([1.0, 0, 0]), prefix=3)
    both, red = linear_probe_accuracy(Transformer(encoder, CODED, 64))
    assert both.tolist() == [1.0] * 64
    assert set(red.tolist()) == {0.5, 1.0}  # red is always right, green only by luck
    assert float(red.mean()) == pytest.approx(0.5 + 0.5 / 4, abs=0.08)


def test_tokens_that_know_nothing_give_the_most_frequent_level() -> None:
    levels = np.array([0] * 60 + [1] * 40)
    data = data_of(
        {"a": 2}, probe_train=(noise(100), {"a": levels}), measure=(noise(5, seed=1), {"a": np.array([0, 1, 0, 1, 1])})
    )
    encoder = planted(lambda pictures: torch.ones(len(pictures), 64, 2))
    assert linear_probe_accuracy(Transformer(encoder, data, 5)).tolist() == [[1, 0, 1, 0, 0]]


def test_agrees_with_a_loop_over_its_definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.lab.subjects.base.PROBE_PICTURES", 150)
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, card = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    values = linear_probe_accuracy(Transformer(encoder, DATA["shapes"], 10, card))
    assert values.shape == (6, 10)
    train, test = (DATA["shapes"].split(name, count) for name, count in (("probe-train", 150), ("measure", 10)))
    seen, unseen = (Transformer(encoder, DATA["shapes"], 10).pooled(torch.from_numpy(split.images)) for split in (train, test))
    for block in (0, 5):
        scale = Scaler.of(seen[block])
        probes = {
            name: LinearProbe.fit(scale(seen[block]), torch.from_numpy(train.factors[name]), 5) for name in ("shape", "texture")
        }
        for image in range(10):
            right = [
                float(int(probe(scale(unseen[block]))[image]) == test.factors[name][image]) for name, probe in probes.items()
            ]
            assert values[block, image].item() == sum(right) / 2


def test_probes_are_fitted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = []
    fit = LinearProbe.fit
    monkeypatch.setattr(LinearProbe, "fit", lambda *given: (fits.append(given), fit(*given))[1])
    subject = Transformer(planted(lambda pictures: patch_pixels(pictures)[..., :2]), CODED, 16)
    first, again = linear_probe_accuracy(subject), linear_probe_accuracy(subject)
    assert len(fits) == 2  # one block, two factors
    assert torch.equal(first, again)


def test_data_of_which_nothing_is_known() -> None:
    data = data_of({}, probe_train=(noise(4), {}), measure=(noise(4), {}))
    with pytest.raises(MeasurementError, match="planted images: no factor of the pictures is known"):
        linear_probe_accuracy(Transformer(planted(patch_pixels), data, 4))
