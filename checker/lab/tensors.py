"""The tensors of a weight file from anywhere, read by safetensors or by torch with `weights_only`: nothing in a file runs."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.unread import Unread, stand_ins

if TYPE_CHECKING:
    from torch import Tensor

LONGEST_HEADER = 32_000_000  # bytes of names, shapes and metadata in front of the tensors of a safetensors file
STARTS = {  # of files that lie where weights should, and what to do about it
    b"version https://git-lfs": "it is a Git LFS pointer, not the weights; git lfs pull fetches them",
    b"/annex/": "it is a git-annex pointer, not the weights; git annex get fetches them",
    b"../.git/annex": "it is a git-annex pointer, not the weights; git annex get fetches them",
    b"<!doctype html": "it is a web page, not weights; fetch it again",
    b"<html": "it is a web page, not weights; fetch it again",
    b"<?xml": "it is an XML page, as stores answer with an error, not weights; fetch it again",
    b"gguf": "it is a GGUF file, whose weights are quantised; use the checkpoint that it was made from",
    b"\x1f\x8b": "it is compressed with gzip; unpack it",
    b"\xfd7zxz": "it is compressed with xz; unpack it",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it",
}
TORCH = (b"PK\x03\x04", b"\x80")  # a checkpoint of torch.save: a zip archive, or, from old versions, a pickle
RANDOM_MARK = "random weights"  # in the metadata of fixtures, so that no test can be mistaken for evidence
PATCHES = "patch_embed.proj.weight"
OPENAI_PATCHES = "visual.conv1.weight"  # as OpenAI's CLIP names it


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The state dict of one network, under the names that timm gives its parts or under those of OpenAI's CLIP.

    A checkpoint may hold it among other things (`{"model": ..., "optimizer": ...}`) and under a prefix (`module.backbone.`).

    Raises MeasurementError, naming the file, where there is no such state dict or more than one, where reading it would have to
    run code, and where the file is damaged or no weights at all.
    """
    return _one_network(path, read_file(path))


def read_state(path: Path) -> dict[str, Tensor]:
    """The state dict of any network, alone in its file, under the names that timm gives its parts. Raises MeasurementError for
    what is none, as `read_tensors` does."""
    found = read_file(path)
    tensors = _tensors(found)
    if len(tensors) < len(found) or not tensors:
        raise MeasurementError(
            f"{path}: no state dict of a network alone, but {', '.join(sorted(map(str, found))[:3]) or 'nothing'}"
        )
    return tensors


def read_file(path: Path) -> Mapping[Any, Any]:
    """What a weight file holds: names to tensors, to mappings of such, and to whatever else was saved with them. Objects of other
    classes are left unread.

    Raises MeasurementError, naming the file, where reading it would have to run code, and where it is damaged or no weights.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
        length = path.stat().st_size
    except OSError as error:
        raise MeasurementError(f"{path}: cannot be read ({error.strerror})") from error
    for start, fault in STARTS.items():
        if head.lower().startswith(start):
            raise MeasurementError(f"{path}: {fault}")
    return _torch(path) if head.startswith(TORCH) else _safetensors(path, head, length)


def _safetensors(path: Path, head: bytes, length: int) -> Mapping[str, Any]:
    from safetensors import SafetensorError, safe_open

    header = int.from_bytes(head[:8], "little")
    if len(head) < 9 or head[8:9] != b"{":
        why = "it is empty" if not head else "neither a safetensors file nor a checkpoint of torch"
        raise MeasurementError(f"{path}: damaged ({why}); fetch it again")
    if header > min(LONGEST_HEADER, length):
        raise MeasurementError(f"{path}: damaged (its header would be {header:,} bytes long); fetch it again")
    try:
        with safe_open(path, framework="pt") as file:
            mark = (file.metadata() or {}).get("check-claims")
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise MeasurementError(f"{path}: damaged ({error}); fetch it again") from error
    if mark == RANDOM_MARK:
        raise MeasurementError(f"{path}: random weights, made for tests; they decide nothing")
    return found


def _torch(path: Path) -> Mapping[str, Any]:
    import torch

    _refuse_archive(path)
    try:
        with torch.serialization.safe_globals(stand_ins(path)), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # torch raises whatever the archive, the unpickler or the storage raise
        asked = re.search(r"GLOBAL (\S+)", str(error))
        if asked or "weights_only" in str(error):
            raise MeasurementError(
                f"{path}: refused, because reading it could run code{f' (it asks for {asked[1]})' if asked else ''}; "
                "save the state dict alone, best as safetensors"
            ) from error
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise MeasurementError(f"{path}: damaged ({first}); fetch it again") from error
    if isinstance(found, Unread):
        raise MeasurementError(
            f"{path}: holds a whole {type(found).name}, pickled, and not its weights; save its state_dict(), best as safetensors"
        )
    if not isinstance(found, Mapping):
        raise MeasurementError(f"{path}: holds a {type(found).__name__}, not a state dict")
    return found


def _refuse_archive(path: Path) -> None:
    """Raise MeasurementError for a zip archive that is no checkpoint, and for one that would grow when it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # an old checkpoint, or a damaged one, which torch reports
    names = {member.filename.partition("/")[2] or member.filename for member in members}
    if any(name.endswith(".npy") for name in names):
        raise MeasurementError(
            f"{path}: a NumPy archive, not a checkpoint of torch; save its arrays as safetensors under torch's names"
        )
    if "constants.pkl" in names:
        raise MeasurementError(
            f"{path}: a TorchScript program, which could run code; save torch.jit.load(FILE).state_dict() in a file of its own"
        )
    if any(member.file_size > member.compress_size and member.compress_type != zipfile.ZIP_STORED for member in members):
        raise MeasurementError(f"{path}: its tensors are compressed, which torch never does; save them again with torch.save")


def _one_network(path: Path, found: Mapping[Any, Any]) -> dict[str, Tensor]:
    inside = {str(name): _tensors(value) for name, value in found.items() if isinstance(value, Mapping)}
    candidates = {name: tensors for name, tensors in {**inside, "": _tensors(found)}.items() if _prefixes(tensors)}
    if not candidates:
        names = ", ".join(sorted(_tensors(found) or inside)[:3]) or "nothing"
        raise MeasurementError(f"{path}: no vision transformer known here: it has no {PATCHES}, but {names}")
    places = [f"{name}{'.' if name else ''}{prefix}" for name, tensors in candidates.items() for prefix in _prefixes(tensors)]
    if len(places) > 1:
        shown = ", ".join(place.rstrip(".") or "one without a name" for place in places)
        raise MeasurementError(f"{path}: holds several networks ({shown}); save the one that is meant in a file of its own")
    (tensors,) = candidates.values()
    (prefix,) = _prefixes(tensors)
    for name, tensor in tensors.items():
        if tensor.is_sparse or tensor.is_quantized or tensor.is_meta:
            raise MeasurementError(f"{path}: {name} is no plain tensor")
    if prefix + PATCHES not in tensors:
        return tensors  # OpenAI's names, which timm translates
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _tensors(values: Mapping[Any, Any]) -> dict[str, Tensor]:
    import torch

    return {name: value for name, value in values.items() if isinstance(name, str) and isinstance(value, torch.Tensor)}


def _prefixes(tensors: Mapping[str, Tensor]) -> list[str]:
    """What stands before the names of each network's parts."""
    return [name.removesuffix(end) for name in tensors for end in (PATCHES, OPENAI_PATCHES) if _is_part(name, end)]


def _is_part(name: str, end: str) -> bool:
    return name == end or name.endswith(f".{end}")
