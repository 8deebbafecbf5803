"""Checkpoints that are not loaded: each is refused by name, with what to do, and none of them runs anything."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from checker.errors import MeasurementError
from checker.lab.own.contents import read_contents
from checker.lab.own.entries import Entry
from checker.lab.own.inspect import inspect
from checker.lab.own.load import load_entry
from tests.lab.checkpoints import SIZES, State, saved, under, vit

ENTRY: dict[str, Any] = {"arguments": SIZES, "normalise": "imagenet", "seeds": ["w.pth"]}


class Evil:
    """What runs a command wherever it is unpickled."""

    def __init__(self, ran: Path) -> None:
        self.ran = ran

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.ran}'",)


class Called:
    """The same with a function of Python itself."""

    def __init__(self, ran: Path) -> None:
        self.ran = ran

    def __reduce__(self) -> Any:
        return eval, (f"open({str(self.ran)!r}, 'w')",)


class Model(torch.nn.Module):
    pass


def state(**arguments: Any) -> State:
    tensors: State = vit(**arguments).state_dict()
    return tensors


def spoiled(value: float) -> State:
    tensors = state()
    tensors["blocks.1.attn.qkv.weight"][0, 0] = value
    return tensors


def without(*starts: str) -> State:
    return {name: tensor for name, tensor in state().items() if not name.startswith(starts)}


OPTIMIZER = {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": [{"lr": 0.1}]}
LORA = {f"base_model.model.blocks.0.attn.qkv.lora_{side}.weight": torch.ones(3, 3) for side in "AB"}
TREES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a command": (lambda path: {"model": state(), "extra": Evil(path / "ran")}, r"could run code \(it asks for \w+\.system\)"),
    "a call of Python's": (lambda path: {"model": state(), "extra": Called(path / "ran")}, r"could run code .*eval"),
    "not a number": (lambda path: spoiled(float("nan")), r"blocks\.1\.attn\.qkv\.weight holds values that are not numbers"),
    "infinite": (lambda path: {"model": spoiled(float("inf"))}, "holds values that are not numbers"),
    "an optimizer": (lambda path: OPTIMIZER, "the state of an optimizer and no model; use the checkpoint saved beside it"),
    "an optimizer under a key": (lambda path: {"optimizer": OPTIMIZER, "epoch": 3}, "the state of an optimizer and no model"),
    "adapters alone": (lambda path: LORA, r"adapters \(LoRA\) without the model that they adapt; save the merged model"),
    "adapters beside the model": (
        lambda path: {**state(), "blocks.0.attn.qkv.lora_A.default.weight": torch.ones(2, 24)},
        r"adapters \(LoRA\) beside their model; merge them",
    ),
    "whole numbers": (
        lambda path: {name: tensor.to(torch.int8) for name, tensor in state().items()},
        "holds int8: quantised weights; save them dequantised",
    ),
    "scales of quantised weights": (
        lambda path: {**state(), "blocks.0.mlp.fc1.SCB": torch.ones(96)},
        r"blocks\.0\.mlp\.fc1\.SCB shows quantised weights",
    ),
    "pruning masks": (
        lambda path: {**without("blocks.0.mlp.fc1.weight"), "blocks.0.mlp.fc1.weight_orig": torch.ones(96, 24)},
        r"masks of torch\.nn\.utils\.prune; call prune\.remove",
    ),
    "a pickled model": (lambda path: Model(), r"holds a whole [\w.]*Model, pickled.*save its state_dict\(\)"),
    "a pickled model under a key": (lambda path: {"model": Model(), "epoch": 1}, r"its model is a whole [\w.]*Model, pickled"),
    "an average without names": (
        lambda path: {"decay": 0.9, "shadow_params": [torch.ones(3)], "x": torch.ones(1)},
        r"averaged weights without names \(shadow_params\)",
    ),
    "nothing": (lambda path: {}, "it holds no tensors with names"),
    "a missing block": (lambda path: without("blocks.2."), "3 blocks|2 blocks, not 3"),
    "missing weights": (lambda path: without("blocks.1.norm1."), r"it lacks blocks\.1\.norm1\.bias, blocks\.1\.norm1\.weight"),
    "missing positions": (lambda path: without("pos_embed"), "it lacks pos_embed"),
    "a part of the user's": (
        lambda path: {**state(), "adapter.weight": torch.ones(3)},
        r"the architecture has no adapter\.weight; where that is no part of the encoder, write `aside: \[adapter\]`",
    ),
    "other patches": (lambda path: state(patch_size=4, img_size=16), "patches of 4 x 4 pixels, not 8"),
    "other pictures": (lambda path: state(img_size=48), "pictures of 48 pixels, not 32"),
    "another width": (lambda path: state(embed_dim=36), "a width of 36, not 24"),
    "layer scales": (lambda path: state(init_values=0.1), r"the architecture has no blocks\.0\.ls1\.gamma"),
    "a Swin transformer": (
        lambda path: {"patch_embed.proj.weight": torch.ones(24, 3, 4, 4), "layers.0.blocks.0.norm1.weight": torch.ones(24)},
        r"no plain vision transformer: it has layers\.0\.blocks\.0\.norm1\.weight",
    ),
    "videos": (
        lambda path: {**state(), "patch_embed.proj.weight": torch.ones(24, 3, 2, 8, 8)},
        "patch embedding is 24 x 3 x 2 x 8 x 8",
    ),
    "another kind of network": (
        lambda path: {"lstm.weight_ih_l0": torch.ones(3, 3)},
        r"no encoder that is known here, but lstm\.weight_ih_l0",
    ),
    "teacher and student": (
        lambda path: {"teacher": state(), "student": state()},
        "which one is meant is not said: write one of `key: teacher`; `key: student`",
    ),
    "raw and averaged": (
        lambda path: {"state_dict": state(), "state_dict_ema": state()},
        "2 encoders.*`key: state_dict`; `key: state_dict_ema`",
    ),
    "query and key": (
        lambda path: {"state_dict": {**under("module.encoder_q.", state()), **under("module.encoder_k.", state())}},
        r"2 encoders.*prefix: module\.encoder_q\..*prefix: module\.encoder_k\.",
    ),
    "online and target": (
        lambda path: {**under("online_model.", state()), **under("ema_model.", state())},
        r"`prefix: online_model\.`; `prefix: ema_model\.`",
    ),
    "an encoder and a predictor like it": (
        lambda path: {"encoder": state(), "predictor": state()},
        "`key: encoder`; `key: predictor`",
    ),
    "a raw model around its average": (
        lambda path: {**state(), **under("ema.", state())},
        r"`without key and prefix`; `prefix: ema\.`",
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_a_checkpoint_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    make, sentence = TREES[name]
    saved(tmp_path, make(tmp_path))
    with pytest.raises(MeasurementError, match=sentence) as caught:
        load_entry(Entry.model_validate(ENTRY), read_contents(tmp_path / "w.pth"), "w.pth")
    assert str(tmp_path / "w.pth") in str(caught.value)
    assert not (tmp_path / "ran").exists()
    inspection = inspect(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists()
    assert inspection.as_dict()["schema"] == 1


def text(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None  # type: ignore[func-returns-value]


def cut(path: Path) -> None:
    torch.save(state(), path)
    path.write_bytes(path.read_bytes()[:-4000])


def cut_safetensors(path: Path) -> None:
    save_file(state(), path)
    path.write_bytes(path.read_bytes()[:-4000])


def numpy_archive(path: Path) -> None:
    import numpy as np

    with path.open("wb") as file:
        np.savez(file, kernel=np.ones(3))


def script(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("w/data.pkl", "w/constants.pkl", "w/code/__torch__.py"):
            archive.writestr(name, b"")


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("w/data/0", bytes(10_000_000))


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (text(b""), "damaged .it is empty"),
    "Git LFS": (
        text(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
        "a Git LFS pointer.*git lfs pull",
    ),
    "git-annex": (text(b"/annex/objects/SHA256E-s104857600--5abc.pth\n"), "a git-annex pointer.*git annex get"),
    "a web page": (text(b"<!DOCTYPE html><html><title>404</title>"), "a web page, not weights; fetch it again"),
    "a store's error": (text(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"), "an XML page.*not weights"),
    "gzip": (text(gzip.compress(b"weights")), "compressed with gzip; unpack it"),
    "GGUF": (text(b"GGUF" + bytes(60)), "a GGUF file, whose weights are quantised"),
    "HDF5": (text(b"\x89HDF\r\n\x1a\n" + bytes(60)), "neither a safetensors file nor a checkpoint of torch"),
    "cut short": (cut, "damaged"),
    "safetensors cut short": (cut_safetensors, "damaged"),
    "a NumPy archive": (numpy_archive, "a NumPy archive, not a checkpoint of torch"),
    "TorchScript": (script, r"a TorchScript program.*state_dict\(\)"),
    "an archive that grows": (bomb, "compressed, which torch never does"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_checkpoint_is_named(name: str, tmp_path: Path) -> None:
    make, sentence = FILES[name]
    make(tmp_path / "w.pth")
    with pytest.raises(MeasurementError, match=rf"w\.pth: .*{sentence}"):
        read_contents(tmp_path / "w.pth")
    inspection = inspect(tmp_path / "w.pth")
    assert inspection.refused
    assert inspection.encoders == ()


def index(weight_map: Any) -> Callable[[Path], None]:
    return lambda folder: (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map})) and None  # type: ignore[func-returns-value]


def one_of_two_shards(folder: Path) -> None:
    save_file({"a": torch.ones(1)}, folder / "one.safetensors")
    index({"a": "one.safetensors", "b": "one.safetensors"})(folder)


def named(*names: str) -> Callable[[Path], None]:
    return lambda folder: [(folder / name).write_bytes(b"x") for name in names] and None  # type: ignore[func-returns-value]


FOLDERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a missing shard": (index({"a": "model-00001-of-00002.safetensors"}), "1 of 1 shards are missing"),
    "a shard without its tensor": (one_of_two_shards, r"the shards lack b \(1 in all\)"),
    "a shard elsewhere": (index({"a": "../../secret.safetensors"}), "which is no file of its own folder"),
    "an index that is none": (index([]), "no index of weights"),
    "adapters": (
        named("adapter_config.json", "adapter_model.safetensors"),
        "adapters .LoRA. without the model.*merge_and_unload",
    ),
    "a distributed checkpoint": (named("__0_0.distcp", ".metadata"), "dcp_to_torch"),
    "DeepSpeed": (named("zero_to_fp32.py", "latest"), r"python zero_to_fp32\.py"),
    "TensorFlow": (named("config.json", "tf_model.h5"), "its weights are TensorFlow's"),
    "Flax": (named("flax_model.msgpack"), "its weights are Flax's"),
    "several files": (named("a.pth", "b.pth"), r"several weight files \(a\.pth, b\.pth\); name the one"),
    "no weights": (named("readme.md", "optimizer.pt"), "a folder without a weight file"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_without_weights_is_named(name: str, tmp_path: Path) -> None:
    make, sentence = FOLDERS[name]
    make(tmp_path)
    with pytest.raises(MeasurementError, match=sentence):
        read_contents(tmp_path)


def test_what_stands_beside_the_encoder_is_left_aside_where_the_entry_says_so(tmp_path: Path) -> None:
    saved(tmp_path, {**state(), "adapter.weight": torch.ones(3)})
    entry = Entry.model_validate({**ENTRY, "aside": ["adapter"]})
    assert load_entry(entry, read_contents(tmp_path / "w.pth"), "w.pth").used.aside == ("adapter",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"arguments": {}}, "which architecture it is is not said"),
        ({"normalise": None}, "how its pictures were normalised is not known: write `normalise: imagenet`"),
        ({"architecture": "no_such_net"}, "has no architecture 'no_such_net'"),
        ({"key": "teacher"}, "has no encoder under `key: teacher`; there is `without key and prefix`"),
        ({"architecture": "swin_tiny_patch4_window7_224", "arguments": {}}, "the weights have|it lacks"),
    ],
)
def test_an_entry_that_does_not_fit_its_file_is_an_error(change: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    saved(tmp_path, state())
    with pytest.raises(MeasurementError, match=sentence):
        load_entry(Entry.model_validate({**ENTRY, **change}), read_contents(tmp_path / "w.pth"), "w.pth")


def test_what_was_used_is_recorded(tmp_path: Path) -> None:
    saved(tmp_path, {"teacher": under("backbone.", state()), "student": state()})
    entry = Entry.model_validate({**ENTRY, "key": "teacher"})
    used = load_entry(entry, read_contents(tmp_path / "w.pth"), "runs/w.pth").used
    values = used.as_dict()
    assert (values["file"], values["key"], values["prefix"]) == ("runs/w.pth", "teacher", "backbone.")
    assert values["mean"] == [0.485, 0.456, 0.406]
    assert len(values["hash"]) == 32
    assert json.loads(json.dumps(values)) == values
    other = load_entry(entry.model_copy(update={"key": "student"}), read_contents(tmp_path / "w.pth"), "runs/w.pth").used
    assert other.identity != used.identity
