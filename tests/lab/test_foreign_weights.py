"""Weight files from anywhere: nothing in one runs, and one that is not what it is said to be is refused by name."""

from __future__ import annotations

import argparse
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save_file

from checker.errors import MeasurementError
from checker.lab import pretrained
from checker.lab.encoder import Encoder
from checker.lab.models import find_model

CONFIG = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
Save = Callable[[dict[str, Any], Path], None]


def weights(tag: str = "test_vit", **arguments: Any) -> dict[str, torch.Tensor]:
    """The weights of a tiny network whose norms are off the identity, as any training leaves them. Noise: they decide nothing."""
    torch.manual_seed(0)
    state = timm.create_model(tag, num_classes=0, **arguments).state_dict()
    for name, tensor in state.items():
        if "norm" in name:
            tensor.add_(torch.randn_like(tensor) * 0.05)
    return {name: tensor.contiguous() for name, tensor in state.items()}


def load(root: Path, name: str) -> Encoder:
    model = find_model(name)
    assert model is not None
    path = pretrained.locate(model, root)
    assert path is not None
    return pretrained.load(model, path)


def put(root: Path, state: dict[str, Any], config: object = CONFIG, name: str = "w.pth", save: Save = torch.save) -> Path:
    save(state, root / name)
    if config is not None:
        (root / "config.json").write_text(json.dumps(config))
    return root / name


class Evil:
    """What runs a command wherever it is unpickled."""

    def __init__(self, ran: Path) -> None:
        self.ran = ran

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.ran}'",)


def as_old(state: dict[str, Any], path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


def as_pickle(state: dict[str, Any], path: Path) -> None:
    path.write_bytes(pickle.dumps(state))


@pytest.mark.parametrize("save", [torch.save, as_old, as_pickle])
@pytest.mark.parametrize("name", ["evil.pth", "evil.bin", "evil.safetensors", "evil"])
@pytest.mark.parametrize("where", ["alone", "model", "beside", "key"])
def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path, save: Save, name: str, where: str) -> None:
    evil = Evil(tmp_path / "ran")
    states: dict[str, Any] = {
        "alone": evil,
        "model": {"model": evil},
        "beside": {**weights(), "extra": evil},
        "key": {"args": argparse.Namespace(more=evil), "model": weights()},
    }
    put(tmp_path, states[where], name=name, save=save)
    with pytest.raises(MeasurementError, match=f"{name}: (refused, because reading it could run code|damaged)"):
        load(tmp_path, f"test_vit:{name}")
    assert not (tmp_path / "ran").exists()


def test_what_a_checkpoint_asks_for_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"model": Evil(tmp_path / "ran")})
    with pytest.raises(MeasurementError, match=r"w\.pth: refused.*it asks for \w+\.system.*save the state dict alone"):
        load(tmp_path, "test_vit:w.pth")


@pytest.mark.parametrize(
    ("wrap", "save"),
    [
        (lambda state: state, torch.save),
        (lambda state: state, as_old),
        (lambda state: state, save_file),
        (lambda state: {"model": state, "optimizer": {"state": {}}, "args": argparse.Namespace(lr=0.1), "epoch": 3}, torch.save),
        (lambda state: {"state_dict": {f"module.backbone.{name}": tensor for name, tensor in state.items()}}, torch.save),
        (lambda state: {**state, "head.weight": torch.ones(7, 64), "mask_token": torch.ones(1, 64)}, torch.save),
        (lambda state: {name: tensor.half() for name, tensor in state.items()}, save_file),
    ],
)
def test_the_forms_in_which_weights_come_are_read(tmp_path: Path, wrap: Callable[..., dict[str, Any]], save: Save) -> None:
    state = weights()
    put(tmp_path, wrap(state), save=save)
    encoder = load(tmp_path, "test_vit:w.pth")
    assert (encoder.size, encoder.patch, encoder.depth, encoder.mean, encoder.std) == (160, 16, 6, (0.5,) * 3, (0.25,) * 3)
    loaded = encoder.module.state_dict()
    assert all(torch.allclose(loaded[name], tensor, atol=1e-3) for name, tensor in state.items())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"patch_size": 8, "img_size": 80}, "patches of 8 x 8 pixels, not 16 x 16"),
        ({"img_size": 32}, "positions for 4 patches, not 100"),
        ({"depth": 5}, "5 blocks, not 6"),
        ({"embed_dim": 128}, "a width of 128, not 64"),
        ({"init_values": 1.0}, "that architecture has no blocks.0.ls1.gamma"),
        ({"reg_tokens": 4}, "does not hold"),
        ({"mlp_ratio": 2}, r"a blocks.0.mlp.fc1.weight of 128 x 64, not 192 x 64"),
        ({"class_token": False, "global_pool": "avg"}, "does not hold"),
        ({"qkv_bias": False}, "it lacks blocks.0.attn.qkv.bias"),
    ],
)
def test_the_weights_of_another_network_are_refused(tmp_path: Path, arguments: dict[str, Any], reason: str) -> None:
    path = put(tmp_path, weights(**arguments))
    with pytest.raises(MeasurementError, match=reason) as caught:
        load(tmp_path, "test_vit:w.pth")
    assert f"{path} does not hold the weights of test_vit" in str(caught.value)


def test_dino_with_small_patches_is_not_the_one_with_large_ones(tmp_path: Path) -> None:
    state = timm.create_model("vit_small_patch8_224", num_classes=0).state_dict()
    put(tmp_path, state, config=None)
    with pytest.raises(MeasurementError, match="patches of 8 x 8 pixels, not 16 x 16; positions for 784 patches, not 196"):
        load(tmp_path, "vit_small_patch16_224.dino:w.pth")


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({**CONFIG, "num_attention_heads": 4}, "4 attention heads, not 2"),
        ({**CONFIG, "model_args": {"num_heads": 4}}, None),
        ({**CONFIG, "hidden_size": 768}, "a width of 768, not 64"),
        ({**CONFIG, "num_hidden_layers": 12}, "12 blocks, not 6"),
        ({**CONFIG, "patch_size": [8, 8]}, "patches of 8 x 8 pixels, not 16 x 16"),
        ({**CONFIG, "input_size": [3, 224, 224]}, "pictures of 224 pixels, not 160"),
        ({**CONFIG, "architecture": "vit_base_patch16_224"}, "says vit_base_patch16_224, not test_vit"),
        ({**CONFIG, "model_args": {"checkpoint_path": "evil.pth"}}, "model_args may not set checkpoint_path"),
        ({**CONFIG, "model_args": {"pretrained": True}}, "model_args may not set pretrained"),
        ({**CONFIG, "model_args": [1]}, "model_args is no mapping"),
        ({**CONFIG, "num_heads": "two"}, "num_heads is 'two'"),
        ({"mean": [0.5], "std": [0.5]}, r"mean is \[0.5\], not three numbers"),
        ({"mean": [0.5] * 3, "std": [0.5, 0.0, 0.5]}, "std is .* not three numbers"),
        ({"mean": [0.5] * 3}, "how its pictures were normalised is not known"),
        ([1], "not a description of a model"),
        (None, r"w\.pth: how its pictures were normalised is not known; write mean and std into a config\.json beside it"),
    ],
)
def test_what_is_said_of_the_weights_has_to_fit(tmp_path: Path, config: object, reason: str | None) -> None:
    put(tmp_path, weights(), config)
    if reason is None:
        assert load(tmp_path, "test_vit:w.pth").module.blocks[0].attn.num_heads == 4  # as said, which nothing else can tell
        return
    with pytest.raises(MeasurementError, match=reason):
        load(tmp_path, "test_vit:w.pth")


@pytest.mark.parametrize("text", [b"{", b'{"mean": ', b"[" * 200_000, b"\xff\xfe", b" " * 2_000_000])
def test_a_description_that_is_none_is_named(tmp_path: Path, text: bytes) -> None:
    put(tmp_path, weights(), None)
    (tmp_path / "config.json").write_bytes(text)
    with pytest.raises(MeasurementError, match=r"config\.json: (not JSON|too long)"):
        load(tmp_path, "test_vit:w.pth")


def test_a_release_says_how_it_is_normalised(tmp_path: Path) -> None:
    put(tmp_path, weights(), None)
    encoder = load(tmp_path, "test_vit.r160_in1k:w.pth")
    wants = timm.get_pretrained_cfg("test_vit.r160_in1k")
    assert wants is not None
    assert (encoder.mean, encoder.std) == (wants.mean, wants.std)


def spoiled(state: dict[str, torch.Tensor], name: str, value: float) -> dict[str, torch.Tensor]:
    state[name].view(-1)[3] = value
    return state


def student_and_teacher(state: dict[str, torch.Tensor]) -> dict[str, Any]:
    return {"student": state, "teacher": state}


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (
            spoiled(weights(), "blocks.2.attn.qkv.weight", float("nan")),
            r"blocks\.2\.attn\.qkv\.weight holds a number that is none",
        ),
        (spoiled(weights(), "norm.bias", float("inf")), r"norm\.bias holds a number that is none"),
        (student_and_teacher(weights()), r"holds several networks \(student, teacher\)"),
        ({"conv1.weight": torch.ones(8, 3, 7, 7), "fc.weight": torch.ones(3)}, "no vision transformer known here"),
        ({}, "but nothing"),
        ({"patch_embed.proj.weight": torch.ones(64, 3, 16, 16)}, "it lacks blocks.0.attn.proj.bias"),
        ({"patch_embed.proj.weight": torch.ones(64, 3, 16, 16).to_sparse()}, "is no plain tensor"),
        (torch.ones(3), "holds a Tensor, not a state dict"),
        ([weights()], "holds a list, not a state dict"),
    ],
)
def test_weights_that_are_none_are_refused(tmp_path: Path, state: Any, reason: str) -> None:
    put(tmp_path, state)
    with pytest.raises(MeasurementError, match=rf"w\.pth.*{reason}"):
        load(tmp_path, "test_vit:w.pth")


POINTER = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
)


@pytest.mark.parametrize("name", ["w.safetensors", "w.pth"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (POINTER, "a Git LFS pointer, not the weights; git lfs pull fetches them"),
        (b"/annex/objects/SHA256E-s104857600--5abc.pth\n", "a git-annex pointer"),
        (b"<!DOCTYPE html><html>404</html>", "a web page, not weights"),
        (b"", "it is empty"),
        (b"PK\x03\x04" + bytes(200), "damaged"),
        (b"\x80\x02}q\x00", "damaged|refused"),
        ((10**15).to_bytes(8, "little") + b"{" + bytes(99), "its header would be 1,000,000,000,000,000 bytes long"),
        ((31_000_000).to_bytes(8, "little") + b"{" + bytes(99), "its header would be 31,000,000 bytes long"),
        ((60).to_bytes(8, "little") + b'{"a":' * 12 + bytes(99), "damaged"),
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "neither a safetensors file nor a checkpoint of torch"),
        (b"\x93NUMPY" + bytes(99), "neither a safetensors file nor a checkpoint of torch"),
    ],
)
def test_what_lies_where_weights_should_is_named(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MeasurementError, match=rf"{name}: .*({reason})"):
        load(tmp_path, f"test_vit.r160_in1k:{name}")


@pytest.mark.parametrize("save", [torch.save, as_old, save_file])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.999])
def test_a_file_that_was_cut_short_is_an_error(tmp_path: Path, save: Save, share: float) -> None:
    path = put(tmp_path, weights(), save=save)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MeasurementError, match=r"w\.pth: (damaged|refused)"):
        load(tmp_path, "test_vit:w.pth")


@pytest.mark.parametrize(
    "name", ["hf-hub:w.pth", "hf_hub:w.pth", "no_such:w.pth", "http:w.pth", "../test_vit:w.pth", "test_vit.no:w.pth"]
)
def test_an_architecture_is_one_of_timms(tmp_path: Path, name: str) -> None:
    put(tmp_path, weights())
    with pytest.raises(MeasurementError, match=r"has no architecture|timm cannot build"):
        load(tmp_path, name)


def test_a_description_cannot_name_a_model_elsewhere(tmp_path: Path) -> None:
    put(tmp_path, weights(), {**CONFIG, "architecture": "hf-hub:somebody/model"}, "model.safetensors", save_file)
    with pytest.raises(MeasurementError, match="has no architecture 'hf-hub:somebody/model'"):
        load(tmp_path, "local-dir:.")


@pytest.mark.parametrize("name", ["link.pth", "folder", "a\0b", "x" * 5000, "circle"])
def test_names_lead_to_files_of_the_project(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    (root / "folder").mkdir(parents=True)
    put(tmp_path, weights())
    (root / "link.pth").symlink_to(tmp_path / "w.pth")
    (root / "folder/model.safetensors").symlink_to(tmp_path / "w.pth")
    (root / "circle").symlink_to(root / "circle")
    model = find_model(f"test_vit:{name}")
    assert model is not None
    with pytest.raises(MeasurementError, match=r"must lie inside|there can be no weights of that name"):
        pretrained.locate(model, root)


def test_what_is_said_of_weights_decides_what_is_kept_of_them(tmp_path: Path) -> None:
    path = put(tmp_path, weights())
    names = ("test_vit:w.pth", "test_vit.r160_in1k:w.pth")
    before = [load(tmp_path, name).weights for name in names]
    (tmp_path / "config.json").write_text(json.dumps({**CONFIG, "std": [1, 1, 1]}))
    after = [load(tmp_path, name).weights for name in names]
    assert len({*before, *after, pretrained.digest(path)}) == 5
