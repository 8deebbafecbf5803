"""Which picture of a folder serves which purpose. It follows from its path, so that adding pictures moves no other one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

OFFICIAL = {"train": "train", "val": "val", "validation": "val", "test": "test"}  # names of the splits of an image set
PARTS = {"train": 0.60, "probe-train": 0.15, "probe-test": 0.10, "held-out": 0.05, "measure": 0.10}  # shares of the pictures
LEARNT = {"train": 0.75, "probe-train": 0.15, "probe-test": 0.05, "held-out": 0.05}  # of the part that is learned from
USES = {  # what is done with released models, which need nothing to be trained on
    "all": {"measure": 1.0},
    "half": {"probe-train": 0.5, "measure": 0.5},
}
FEWEST = 200  # pictures that are split; fewer are all measured

Splits = Mapping[str, list[Path]]


def split_official(official: Splits) -> Splits:
    """The splits of an image set: val is measured, or test without it; what is learned from comes out of train."""
    measured = official.get("val", official.get("test", []))
    parts = _cut(official["train"], LEARNT) if "train" in official else {}
    if "test" in official and "val" in official:
        parts["probe-test"] = _ordered(official["test"])
    return parts | {"measure": _ordered(measured)}


def split_paths(files: Iterable[Path], use: str | None) -> Splits:
    """The splits of pictures that come without any; `use` is one of USES, for released models."""
    files = list(files)
    if len(files) < FEWEST:
        return {"measure": _ordered(files)}
    return _cut(files, USES[use] if use else PARTS)


def _cut(files: Iterable[Path], shares: Mapping[str, float]) -> dict[str, list[Path]]:
    """The pictures of each split, by where the hash of their paths falls."""
    parts, start = {}, 0.0
    for name, share in shares.items():
        last = name == list(shares)[-1]
        parts[name] = [file for file in _ordered(files) if start <= _place(file) and (last or _place(file) < start + share)]
        start += share
    return parts


def _ordered(files: Iterable[Path]) -> list[Path]:
    """In the order of a hash of their paths: fixed, and with categories mixed."""
    return sorted(files, key=lambda file: (_place(file), file.as_posix()))


def _place(file: Path) -> float:
    return int.from_bytes(sha256(file.as_posix().encode()).digest()[:8]) / 2**64
