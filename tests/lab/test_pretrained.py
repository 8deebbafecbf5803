"""The path of released weights, on a Hugging Face cache made here: real files in the real layout, small and random."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from checker.errors import MeasurementError
from checker.lab import pretrained
from checker.lab.data import DATA
from checker.lab.measure import measure
from checker.lab.models import MODELS, Model, find_model
from checker.lab.subjects import Transformer

TINY = Model("Tiny", tag="test_vit.r160_in1k", licence="apache-2.0")  # timm's own test model: 160 px, patches of 16


def weights(trained: bool, tag: str = "test_vit") -> dict[str, torch.Tensor]:
    """A state dict; `trained` moves its norms off the identity, as any training does. It decides nothing: it is noise."""
    torch.manual_seed(0)
    state = timm.create_model(tag).state_dict()
    if trained:
        for name, tensor in state.items():
            if "norm" in name:
                tensor.add_(torch.randn_like(tensor) * 0.05)
    return {name: tensor.contiguous() for name, tensor in state.items()}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache that counts as the user's; the network is off."""
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return folder


def put(hub: Path, model: Model, state: dict[str, torch.Tensor], metadata: dict[str, str] | None = None) -> Path:
    """Lay weights out as huggingface_hub does."""
    commit = "0" * 40
    folder = hub / f"models--{pretrained.repository(model).replace('/', '--')}"
    (folder / "snapshots" / commit).mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(commit)
    path = folder / "snapshots" / commit / "model.safetensors"
    save_file(state, path, metadata=metadata)
    return path


def test_weights_are_found_in_the_cache_and_measured(hub: Path, tmp_path: Path) -> None:
    assert pretrained.locate(TINY, tmp_path) is None
    path = put(hub, TINY, weights(trained=True))
    assert pretrained.locate(TINY, tmp_path) == path
    encoder = pretrained.load(TINY, path)
    assert (encoder.size, encoder.patch, encoder.grid, encoder.prefix) == (160, 16, (10, 10), 1)
    assert (encoder.mean, encoder.std) == ((0.5,) * 3, (0.5,) * 3)
    assert encoder.weights == pretrained.digest(path)
    loaded = encoder.module.state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in weights(trained=True).items() if name in loaded)
    values = measure(["attention_distance"], Transformer(encoder, DATA["shapes"], 4))["attention_distance"]
    assert values.values.shape == (encoder.depth, 4)
    assert values.weights == encoder.weights


@pytest.mark.parametrize(
    ("trained", "metadata", "reason"),
    [(False, None, "never trained"), (True, {"check-claims": "random weights"}, "made for tests; they decide nothing")],
)
def test_random_weights_are_refused(hub: Path, trained: bool, metadata: dict[str, str] | None, reason: str) -> None:
    path = put(hub, TINY, weights(trained), metadata)
    with pytest.raises(MeasurementError, match=reason):
        pretrained.load(TINY, path)


@pytest.mark.parametrize("tag", sorted({model.tag for model in MODELS.values() if model.tag}))
def test_the_architecture_of_every_tag_is_known_untrained_when_it_is(tag: str) -> None:
    """Every tag that a claim can name exists, can be measured, carries the licence that is shown, and its random
    initialisation would be refused."""
    with torch.device("meta"):
        module = timm.create_model(tag, pretrained=False, num_classes=0)
    config = timm.get_pretrained_cfg(tag)
    assert config is not None
    (model,) = [model for model in MODELS.values() if model.tag == tag]
    assert config.license == model.licence
    assert config.hf_hub_id == pretrained.repository(model)
    assert len(module.blocks) in (12, 24)
    norms = [m for m in module.modules() if "Norm" in type(m).__name__ and getattr(m, "weight", None) is not None]
    assert len(norms) > len(module.blocks)


def test_weights_of_another_architecture_are_refused(hub: Path) -> None:
    path = put(hub, TINY, weights(trained=True, tag="test_vit2"))
    with pytest.raises(MeasurementError, match="does not hold the weights of test_vit"):
        pretrained.load(TINY, path)


@pytest.mark.parametrize("spoil", [lambda data: data[:100], lambda data: b"", lambda data: b"not safetensors" * 9])
def test_a_damaged_file_is_an_error(hub: Path, spoil: object) -> None:
    path = put(hub, TINY, weights(trained=True))
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(MeasurementError, match="damaged"):
        pretrained.load(TINY, path)


def test_a_folder_of_the_project_names_any_other_model(tmp_path: Path) -> None:
    folder = tmp_path / "weights" / "lut"
    folder.mkdir(parents=True)
    save_file(weights(trained=True), folder / "model.safetensors")
    config = {
        "architecture": "test_vit",
        "num_classes": 1000,
        "pretrained_cfg": {"input_size": [3, 160, 160], "mean": [0.5] * 3, "std": [0.5] * 3},
    }
    (folder / "config.json").write_text(json.dumps(config))
    model = find_model("local-dir:weights/lut")
    assert model is not None
    path = pretrained.locate(model, tmp_path)
    assert path == folder / "model.safetensors"
    encoder = pretrained.load(model, path)
    assert (encoder.size, encoder.mean) == (160, (0.5, 0.5, 0.5))
    assert encoder.name == "local-dir:weights/lut"


def test_a_file_and_its_architecture_name_any_other_model(tmp_path: Path) -> None:
    save_file(weights(trained=True), tmp_path / "mine.safetensors")
    model = find_model("test_vit.r160_in1k:mine.safetensors")
    assert model is not None
    path = pretrained.locate(model, tmp_path)
    assert path is not None
    assert pretrained.load(model, path).depth == 6


@pytest.mark.parametrize("name", ["local-dir:../elsewhere", "test_vit:/etc/passwd"])
def test_names_stay_inside_the_project(tmp_path: Path, name: str) -> None:
    model = find_model(name)
    assert model is not None
    with pytest.raises(MeasurementError, match="must lie inside"):
        pretrained.locate(model, tmp_path)


def test_what_is_not_here_says_what_would_fetch_it(tmp_path: Path, hub: Path) -> None:
    sentence = pretrained.absent(MODELS["MAE"])
    assert "vit_base_patch16_224.mae, cc-by-nc-4.0" in sentence
    assert "--download" in sentence
    assert find_model("MAE") is MODELS["MAE"]
    assert find_model("no such model") is None


def test_a_download_without_a_network_fails_at_once(hub: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MeasurementError, match=r"timm/vit_base_patch16_224\.mae could not be fetched"):
        pretrained.download(MODELS["MAE"])
    assert time.monotonic() - began < 30
