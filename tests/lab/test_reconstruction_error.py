"""Known answers: tokens that are the pixels, half of them, or nothing of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from checker.lab.checkpoints import load
from checker.lab.metrics.reconstruction_error import reconstruction_error
from checker.lab.models import MODELS
from checker.lab.subjects import Transformer, token_maps
from tests.conftest import write_model
from tests.lab.planted import Tokens, data_of, noise, patch_pixels, planted

DATA = data_of({}, probe_train=(noise(40, seed=1), {}), measure=(noise(12, seed=2), {}))
SHRUNK = (1e-3 / (1 + 1e-3)) ** 2  # what the ridge costs where all channels have the same variance


@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_tokens_that_are_the_pixels(prefix: int) -> None:
    encoder = planted(patch_pixels, lambda pictures: 3 - 7 * patch_pixels(pictures).flip(2), prefix=prefix)
    values = reconstruction_error(Transformer(encoder, DATA, 12))
    assert values.shape == (2, 12)
    assert values.flatten().tolist() == pytest.approx([SHRUNK] * 24, rel=0.2)


def test_tokens_that_hold_half_of_the_pixels() -> None:
    encoder = planted(lambda pictures: patch_pixels(pictures)[..., :24], mean=0.5, std=0.25)
    values = reconstruction_error(Transformer(encoder, DATA, 12))
    assert values.flatten().tolist() == pytest.approx([0.5] * 12, abs=0.05)
    assert float(values.mean()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "tokens",
    [
        lambda pictures: torch.zeros(len(pictures), 64, 5),
        lambda pictures: torch.full((len(pictures), 64, 5), 0.1),
        lambda pictures: torch.randn(len(pictures), 64, 5),
        lambda pictures: patch_pixels(pictures).flip(1),  # another patch's pixels
    ],
)
def test_tokens_that_hold_nothing_of_the_pixels(tokens: Tokens) -> None:
    torch.manual_seed(0)
    values = reconstruction_error(Transformer(planted(tokens), DATA, 12))
    assert float(values.mean()) == pytest.approx(1, abs=0.03)


def test_the_input_of_the_model_is_restored_at_its_own_size() -> None:
    small = data_of({}, probe_train=(noise(40, 16, 1), {}), measure=(noise(12, 16, 2), {}))
    values = reconstruction_error(Transformer(planted(patch_pixels, mean=0.5, std=0.25), small, 12))
    assert values.shape == (1, 12)
    assert values.max() < 0.01  # channels of unequal variance pay more for the ridge


def test_no_more_pictures_are_fitted_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reconstruction_error.__globals__, "FITTED", 25)
    seen = []

    def tokens(pictures: Tensor) -> Tensor:
        seen.append(len(pictures))
        return patch_pixels(pictures)

    reconstruction_error(Transformer(planted(tokens), DATA, 12))
    assert sum(seen) == 25 + 12


def test_agrees_with_a_regression_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ridge as least squares with extra rows, over patches cut out one by one."""
    write_model(tmp_path, "MAE", 0, 0.3)
    encoder, _ = load(tmp_path / f"{MODELS['MAE'].recipe.key(0)}.safetensors")
    values = reconstruction_error(Transformer(encoder, DATA, 3))
    assert values.shape == (6, 3)

    def pixels(images: np.ndarray) -> np.ndarray:
        corners = [(y, x) for y in range(0, 32, 4) for x in range(0, 32, 4)]
        return np.array([[image[:, y : y + 4, x : x + 4].ravel() for y, x in corners] for image in images]) / 255

    seen, unseen = noise(40, seed=1), noise(12, seed=2)[:3]
    fitted, answers = pixels(seen).reshape(-1, 48), pixels(unseen)
    variance = ((fitted - fitted.mean(0)) ** 2).mean()
    for block in (0, 5):
        train, test = (
            np.concatenate([maps[block, :, 1:].double().numpy() for _, maps in token_maps(encoder, torch.from_numpy(images))])
            for images in (seen, unseen)
        )
        flat = train.reshape(-1, 64)
        centred = flat - flat.mean(0)
        penalty = 1e-3 * (centred**2).sum(0).mean()
        rows = np.concatenate([centred, np.sqrt(penalty) * np.eye(64)])
        wanted = np.concatenate([fitted - fitted.mean(0), np.zeros((64, 48))])
        weights = np.linalg.lstsq(rows, wanted, rcond=None)[0]
        for image in range(3):
            restored = (test[image] - flat.mean(0)) @ weights + fitted.mean(0)
            expected = ((restored - answers[image]) ** 2).mean() / variance
            assert values[block, image].item() == pytest.approx(expected, rel=1e-4)
