"""Shared: vaults made of text, and a store whose models are quick stand-ins."""

from __future__ import annotations

import compileall
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import checker
from checker.lab.checkpoints import Card
from checker.lab.competence import Competence
from checker.lab.models import MODELS


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once where Python is told to write no bytecode: tests start it hundreds of times."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(checker.__file__).parent, quiet=2)


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or fills the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def competence(loss: float | None, accuracy: float) -> Competence:
    return Competence(loss, {"shape": (accuracy,) * 6, "texture": (accuracy,) * 6}, (accuracy,) * 6)


def write_model(folder: Path, name: str, seed: int, locality: float, learned: bool = True) -> Card:
    """A model file for a recipe, untrained: its attention prefers near patches with strength `locality`, by construction.

    Queries and keys see only the position embedding, which is laid out so that their product falls with distance.
    """
    import math

    import torch

    from checker.lab.checkpoints import half, hash_weights, save
    from checker.lab.transformer import build

    recipe = MODELS[name].recipe
    assert recipe is not None
    torch.manual_seed(seed)
    encoder = build(recipe.architecture)
    rows, columns = recipe.architecture.grid
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    waves = [f(2 * math.pi * axis.flatten() / 16) for axis in (x, y) for f in (torch.sin, torch.cos)]
    with torch.no_grad():
        encoder.pos_embed.zero_()
        for channel, wave in enumerate(waves):
            encoder.pos_embed[0, 1:, channel] = wave
        encoder.patch_embed.proj.weight.mul_(0.05)
        for block in encoder.blocks:
            width = recipe.architecture.width
            block.attn.qkv.weight.mul_(0.05)
            for part in (0, width):
                for head in range(0, width, 16):
                    block.attn.qkv.weight[part + head : part + head + 4] = 0
                    for channel in range(4):
                        block.attn.qkv.weight[part + head + channel, channel] = math.sqrt(locality)
    tensors = half(encoder)
    before = competence(None if recipe.steps == 0 else 1.0, 0.3)
    after = before if recipe.steps == 0 else competence(0.5, 0.9 if learned else 0.3)
    card = Card(recipe, seed, hash_weights(tensors), before, after, ((1, 1.0),), recipe.steps * 32, 1.0, {"torch": "0"})
    save(folder / f"{recipe.key(seed)}.safetensors", tensors, card)
    return card


@pytest.fixture(autouse=True)
def no_released_weights(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the user of this machine has in the Hugging Face cache stays out of the tests."""
    folder = str(tmp_path_factory.getbasetemp() / "no-weights")
    monkeypatch.setenv("HF_HUB_CACHE", folder)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", folder)


LOCALITY = {"MAE": 0.5, "SimMIM": 0.4, "DINO": 0.05, "supervised ViT": 0.05, "random initialisation": 0.01}


@pytest.fixture(scope="session")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of stand-ins for some recipes, five seeds: MAE and SimMIM look near, the others far."""
    folder = tmp_path_factory.mktemp("zoo")
    for name, locality in LOCALITY.items():
        for seed in range(5):
            write_model(folder, name, seed, locality)
    return folder


@pytest.fixture
def make_vault(tmp_path: Path) -> Callable[..., Path]:
    """Write {path: text or bytes} into a project with vault/ and claims/, and return the project's folder."""

    def make(files: dict[str, str | bytes]) -> Path:
        (tmp_path / "claims").mkdir()
        for name, content in files.items():
            path = tmp_path / "vault" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return make
