"""What lies at a path: a weight file, its shards, or a folder with a description, as one mapping of names to tensors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.errors import MeasurementError
from checker.lab.description import Channels, channels
from checker.lab.tensors import read_file

NAMES = (  # of the weights in a folder, by preference: they hold the same weights where there are several
    *("model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "open_clip_pytorch_model.bin"),
    *("pytorch_model.bin", "pytorch_model.bin.index.json"),
)
SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin", ".tar")
INDEX = ".index.json"
CONFIGS = ("config.json", "open_clip_config.json")
PREPROCESSOR = "preprocessor_config.json"
LONGEST = 10_000_000  # bytes of a description or an index
ELSEWHERE = {  # files of a folder that show who wrote it, and what to do
    ".distcp": "torch.distributed.checkpoint wrote it in parts; python -m torch.distributed.checkpoint.format_utils dcp_to_torch "
    "FOLDER FILE puts them together",
    "zero_to_fp32.py": "DeepSpeed wrote it in parts; python zero_to_fp32.py FOLDER FILE, which lies in it, puts them together",
    "adapter_config.json": "it holds adapters (LoRA) without the model that they adapt; save the merged model "
    "(merge_and_unload in peft)",
    ".h5": "its weights are TensorFlow's; save them as safetensors under the names of the PyTorch model",
    ".msgpack": "its weights are Flax's; save them as safetensors under the names of the PyTorch model",
    ".npz": "its weights are NumPy arrays; save them as safetensors under the names of the PyTorch model",
    ".onnx": "it holds an ONNX program; use the checkpoint that it was made from",
}


@dataclass(frozen=True)
class Contents:
    """What was read: the weight `files`, what they hold, the `config` beside them (of transformers, open_clip or timm; empty
    where there is none of these), and how its author normalises pictures in [0, 1]."""

    path: Path
    files: tuple[Path, ...]
    tree: Mapping[Any, Any]
    config: Mapping[str, Any] = field(default_factory=dict)
    mean: Channels | None = None
    std: Channels | None = None


def read_contents(path: Path) -> Contents:
    """Read a weight file, an index of shards or a folder. Nothing in it runs.

    Raises MeasurementError, naming the file and what to do, for what cannot be read, is damaged, or is no checkpoint.
    """
    file = _weights(path)
    files, tree = _shards(file) if file.name.endswith(INDEX) else ((file,), read_file(file))
    config = _config(file.parent)
    mean, std = _normalisation(file.parent, config)
    return Contents(path, files, tree, config, mean, std)


def weight_files(path: Path) -> tuple[Path, ...]:
    """The weight files that a path means, without reading them. Raises MeasurementError where there are none."""
    file = _weights(path)
    return tuple(file.parent / name for name in sorted(set(_weight_map(file).values()))) if file.name.endswith(INDEX) else (file,)


def described_by(path: Path) -> tuple[Path, ...]:
    """The descriptions that may stand beside the weights of a path, as far as they are there."""
    folder = _weights(path).parent
    return tuple(folder / name for name in (*CONFIGS, PREPROCESSOR) if (folder / name).is_file())


def fingerprint(contents: Contents) -> str:
    """A hash of the bytes of all weight files, in order: sha256, shortened."""
    digest = hashlib.sha256()
    for path in contents.files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _weights(path: Path) -> Path:
    """The weight file, or the index of shards, that a path means."""
    try:
        if not path.is_dir():
            if not path.exists():
                raise MeasurementError(f"{path}: there is no such file or folder")
            return path
        names = sorted(each.name for each in path.iterdir())
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{path}: cannot be read ({error})") from error
    for name in NAMES:
        if name in names:
            return path / name
    for end, why in ELSEWHERE.items():
        if any(name.endswith(end) for name in names):
            raise MeasurementError(f"{path}: {why}")
    found = [name for name in names if name.endswith((INDEX, *SUFFIXES)) and not name.startswith(("optimizer", "training_args"))]
    if len(found) == 1:
        return path / found[0]
    if not found:
        raise MeasurementError(f"{path}: a folder without a weight file ({', '.join(SUFFIXES)})")
    raise MeasurementError(f"{path}: a folder with several weight files ({', '.join(found[:4])}); name the one that is meant")


def _shards(index: Path) -> tuple[tuple[Path, ...], Mapping[Any, Any]]:
    """The files that an index names, and everything in them. Raises MeasurementError where a file or a tensor is missing."""
    names = _weight_map(index)
    files = sorted(set(names.values()))
    tree: dict[str, Any] = {}
    for name in files:
        tree.update({str(key): value for key, value in read_file(index.parent / name).items()})
    absent = sorted(set(names) - set(tree))
    if absent:
        raise MeasurementError(f"{index}: the shards lack {', '.join(absent[:3])} ({len(absent)} in all)")
    return tuple(index.parent / name for name in files), tree


def _weight_map(index: Path) -> dict[str, str]:
    """Each tensor's shard, a file of the index's own folder. Raises MeasurementError where one is missing or elsewhere."""
    names = _json(index).get("weight_map")
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise MeasurementError(f"{index}: no index of weights (it has no weight_map)")
    files = sorted(set(names.values()))
    odd = [name for name in files if Path(name).name != name or name.startswith(".")]
    if odd:
        raise MeasurementError(f"{index}: names {odd[0]!r}, which is no file of its own folder")
    lacking = [name for name in files if not (index.parent / name).is_file()]
    if lacking:
        raise MeasurementError(f"{index}: {len(lacking)} of {len(files)} shards are missing ({', '.join(lacking[:3])})")
    return names


def _config(folder: Path) -> dict[str, Any]:
    """The description beside weights, where it is one of a model: other programs call their own settings config.json, too."""
    for name in CONFIGS:
        path = folder / name
        if path.is_file():
            values = _json(path)
            if {"model_type", "model_cfg", "architecture"} & set(values):
                return values
    return {}


def _normalisation(folder: Path, config: Mapping[str, Any]) -> tuple[Channels | None, Channels | None]:
    """Mean and standard deviation as the author of the weights states them, None where nobody does."""
    if "model_type" in config:
        path = folder / PREPROCESSOR
        values = _json(path) if path.is_file() else {}
        if values.get("do_normalize") is False:
            return (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
        return channels(path, values, ("image_mean",)), channels(path, values, ("image_std",), positive=True)
    inner = config.get("preprocess_cfg") or config.get("pretrained_cfg") or config
    path = folder / CONFIGS[0]
    if not isinstance(inner, dict):
        return None, None
    return channels(path, inner, ("mean",)), channels(path, inner, ("std",), positive=True)


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LONGEST:
            raise MeasurementError(f"{path}: too long for what it should hold")
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise MeasurementError(f"{path}: not JSON ({error})") from error
    if not isinstance(values, dict):
        raise MeasurementError(f"{path}: not a mapping")
    return values
