from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from checker.errors import MeasurementError
from checker.lab import competence, training
from checker.lab.checkpoints import load, read_card
from checker.lab.data import DATA
from checker.lab.models import MODELS
from checker.lab.objectives import OBJECTIVES
from checker.lab.objectives.mae import normalised_patches, random_mask
from checker.lab.objectives.simmim import block_mask
from checker.lab.recipes import Architecture, Recipe

SMALL = Architecture(width=32, depth=2, heads=2)


@pytest.fixture(autouse=True)
def little_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "TRAIN_IMAGES", 200)
    monkeypatch.setattr(training, "HELD_OUT_IMAGES", 64)
    monkeypatch.setattr(competence, "PROBE_TRAIN", 100)
    monkeypatch.setattr(competence, "PROBE_TEST", 50)


def recipe(objective: str, steps: int) -> Recipe:
    return Recipe(objective, "shapes", steps=steps, batch=8, architecture=SMALL)


def test_every_model_has_an_objective_and_data() -> None:
    for model in MODELS.values():
        assert model.recipe.objective in OBJECTIVES or model.recipe.steps == 0
        assert model.recipe.data in DATA


@pytest.mark.parametrize("objective", ["supervised", "mae", "simmim", "dino"])
def test_every_objective_trains_only_what_it_should(objective: str) -> None:
    torch.manual_seed(0)
    learner = OBJECTIVES[objective](recipe(objective, 10), DATA["shapes"])
    split = DATA["shapes"].split("train", 16)
    images, category = torch.from_numpy(split.images).float() / 255, torch.from_numpy(split.category)
    loss = learner.loss(images, category, torch.Generator().manual_seed(0))
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in learner.encoder.blocks.parameters())
    assert all(p.grad is None for name, p in learner.named_parameters() if name.startswith("teacher"))
    again = learner.loss(images, category, torch.Generator().manual_seed(0))
    if objective != "dino":  # DINO's centre moves with every batch
        assert again == loss


@pytest.mark.parametrize("objective", ["supervised", "mae", "simmim", "dino"])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    objective: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = training.train(recipe(objective, 6), 0, tmp_path / "whole.safetensors")
    monkeypatch.setattr(training, "SAVE_EVERY", -1.0)
    monkeypatch.setattr(training, "REPORT_EVERY", 1)

    def interrupt(step: int, steps: int, loss: float) -> None:
        if step == 4:
            raise KeyboardInterrupt

    path = tmp_path / "resumed.safetensors"
    with pytest.raises(KeyboardInterrupt):
        training.train(recipe(objective, 6), 0, path, interrupt)
    assert not path.exists()
    assert path.with_suffix(".state").exists()
    steps: list[int] = []
    resumed = training.train(recipe(objective, 6), 0, path, lambda step, of, loss: steps.append(step))
    assert steps == [5, 6]
    assert resumed.weights == whole.weights
    assert resumed.curve == whole.curve
    assert not path.with_suffix(".state").exists()


def test_the_state_of_another_recipe_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SAVE_EVERY", -1.0)
    path = tmp_path / "m.safetensors"
    wanted = training.train(recipe("mae", 3), 0, tmp_path / "other.safetensors")
    path.with_suffix(".state").write_bytes(b"not a state")
    assert training.train(recipe("mae", 3), 0, path).weights == wanted.weights


def test_a_training_that_diverges_is_an_error(tmp_path: Path) -> None:
    wild = dataclasses.replace(recipe("mae", 40), learning_rate=1e12)
    with pytest.raises(MeasurementError, match=r"the loss is (nan|inf) at step \d+; it diverged"):
        training.train(wild, 0, tmp_path / "m.safetensors")


def test_a_saved_model_is_what_was_trained(tmp_path: Path) -> None:
    card = training.train(recipe("supervised", 2), 3, tmp_path / "m.safetensors")
    assert read_card(tmp_path / "m.safetensors") == card
    encoder, loaded = load(tmp_path / "m.safetensors")
    assert loaded.recipe.key(3) == card.key
    assert not encoder.training
    assert not any(parameter.requires_grad for parameter in encoder.parameters())


@pytest.mark.parametrize("cut", [4, 300, -10])
def test_a_damaged_model_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "m.safetensors"
    training.train(recipe("random", 0), 0, path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(MeasurementError, match="delete it, and it is trained again"):
        load(path)


def test_a_flipped_weight_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    training.train(recipe("random", 0), 0, path)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(MeasurementError, match="do not match their hash"):
        load(path)


def test_masks() -> None:
    kept, masked = random_mask(3, 64, 0.75, torch.Generator().manual_seed(0))
    assert kept.shape == (3, 16)
    assert torch.cat([kept, masked], 1).sort(1).values.equal(torch.arange(64).expand(3, -1))
    mask = block_mask(5, (8, 8), torch.Generator().manual_seed(0)).view(5, 8, 8)
    assert mask.sum((1, 2)).tolist() == [40] * 5  # 10 of 16 squares of 4 patches
    assert (mask[:, ::2, ::2] == mask[:, 1::2, 1::2]).all()


def test_targets_have_zero_mean_and_unit_variance_in_each_patch() -> None:
    target = normalised_patches(torch.rand(2, 3, 32, 32), 4)
    assert target.shape == (2, 64, 48)
    assert target.mean(-1).abs().max() < 1e-5
    assert (target.var(-1) - 1).abs().max() < 1e-2
