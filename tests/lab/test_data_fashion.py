from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from checker.errors import MeasurementError
from checker.lab.data import DATA, fashion
from checker.lab.data.base import SPLIT_SEEDS

FASHION = DATA["fashion"]


def idx(values: np.ndarray) -> bytes:
    return bytes((0, 0, 8, values.ndim)) + np.array(values.shape, ">u4").tobytes() + values.astype(np.uint8).tobytes()


def write(folder: Path, part: str, count: int) -> None:
    """Pictures whose upper left pixel is their label and whose next pixel is their number."""
    pictures, labels = np.full((count, 28, 28), 100), np.arange(count) % 10
    pictures[:, 0, 0], pictures[:, 0, 1] = labels, np.arange(count)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures), mtime=0))
    (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels), mtime=0))


@pytest.fixture(params=["package", "torchvision"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files, as Debian or as torchvision lays them out."""
    monkeypatch.delenv("CHECK_CLAIMS_DOWNLOAD", raising=False)
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path / "cache"))
    packaged, unpacked = tmp_path / "package", tmp_path / "cache" / "data" / "FashionMNIST" / "raw"
    monkeypatch.setattr(fashion, "PACKAGED", packaged)
    chosen = packaged if request.param == "package" else unpacked
    write(chosen, "train", 200)
    write(chosen, "t10k", 100)
    return chosen


def test_pictures_are_framed_and_keep_their_labels(folder: Path) -> None:
    split = FASHION.split("train", 1000)
    assert split.images.shape == (160, 3, 32, 32)
    assert split.images.dtype == np.uint8
    assert split.images.flags.c_contiguous
    assert (split.images[:, :, 2, 2] == split.category[:, None]).all()
    assert (split.images[:, :, 3, 3] == 100).all()
    frame = split.images.copy()
    frame[:, :, 2:30, 2:30] = 0
    assert frame.max() == 0
    assert (split.factors["category"] == split.category).all()


def test_splits_are_disjoint_and_cover_all(folder: Path) -> None:
    numbers = {split: FASHION.split(split, 1000).images[:, 0, 2, 3] for split in SPLIT_SEEDS}
    learned = np.concatenate([numbers[split] for split in ("train", "probe-train", "held-out")])
    tested = np.concatenate([numbers[split] for split in ("probe-test", "measure")])
    assert sorted(learned) == list(range(200))
    assert sorted(tested) == list(range(100))


def test_a_training_seed_chooses_some_of_them(folder: Path) -> None:
    first, second = (FASHION.split("train", 1000, seed=seed).images[:, 0, 2, 3] for seed in (0, 1))
    assert len(set(first)) == len(set(second)) == 128
    assert set(first) != set(second)
    assert set(first) <= set(FASHION.split("train", 1000).images[:, 0, 2, 3])


def test_missing_files_are_told_with_both_ways_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHECK_CLAIMS_DOWNLOAD", raising=False)
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path))
    monkeypatch.setattr(fashion, "PACKAGED", tmp_path / "package")
    write(tmp_path / "package", "train", 20)  # half of them are not enough
    with pytest.raises(MeasurementError, match=r"apt install dataset-fashion-mnist, or add --download .*CHECK_CLAIMS_DOWNLOAD=1"):
        FASHION.split("measure", 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not gzip", "cannot be read"),
        (gzip.compress(idx(np.zeros((4, 28, 28))), mtime=0)[:-9], "cannot be read"),
        (gzip.compress(idx(np.zeros((4, 28, 28)))[:-1], mtime=0), "no whole IDX file"),
        (gzip.compress(b"", mtime=0), "no whole IDX file"),
        (gzip.compress(idx(np.zeros(4)), mtime=0), "no whole IDX file"),
        (gzip.compress(idx(np.zeros((4, 28, 28))), mtime=0), "not the pictures and labels"),
    ],
)
def test_damaged_files_are_refused_by_name(folder: Path, content: bytes, message: str) -> None:
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(MeasurementError, match=message):
        FASHION.split("measure", 5)


@pytest.mark.skipif(not fashion.PACKAGED.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_the_real_pictures() -> None:
    split = FASHION.split("probe-test", 5000)
    assert len(split.category) == 5000
    assert np.bincount(split.category).min() > 400
    light = {name: split.images[split.category == index].mean() for index, name in enumerate(fashion.CLOTHES)}
    assert light["sandal"] < light["pullover"]
