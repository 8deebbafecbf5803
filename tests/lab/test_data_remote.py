from __future__ import annotations

import pickle
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import huggingface_hub
import numpy as np
import pytest
import torchvision.datasets
from PIL import Image

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.data import DATA
from checker.lab.data.base import SPLIT_SEEDS
from checker.lab.data.remote import COLLECTIONS, PARTS, data_folder, hugging_face_data, torchvision_data


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", str(tmp_path))
    monkeypatch.delenv("CHECK_CLAIMS_DOWNLOAD", raising=False)
    return tmp_path / "data"


class Numbered:
    """A stand-in for a class of torchvision: the picture's red is its number, its green the official part."""

    asked: list[dict[str, Any]] = []  # noqa: RUF012

    def __init__(self, root: Path, train: bool = True, download: bool = False) -> None:
        Numbered.asked.append({"root": root, "train": train, "download": download})
        self.train = train

    def __len__(self) -> int:
        return 200 if self.train else 50

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return Image.new("RGB", (4, 4), (index, int(self.train), 0)), index % 10


@pytest.fixture
def numbered(monkeypatch: pytest.MonkeyPatch) -> type[Numbered]:
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", Numbered)
    monkeypatch.setattr(Numbered, "asked", [])
    return Numbered


def test_official_parts_are_cut_into_splits_that_share_nothing(numbered: type[Numbered]) -> None:
    drawn = {split: DATA["cifar10"].split(split, 1000, 4) for split in SPLIT_SEEDS}
    sizes = {"train": 160, "probe-train": 30, "held-out": 10, "probe-test": 25, "measure": 25}
    assert {split: len(part.category) for split, part in drawn.items()} == sizes
    for official, count in (("train", 200), ("test", 50)):
        parts = [drawn[split] for split, (source, _, _) in PARTS.items() if source == official]
        found = np.concatenate([part.images[:, 0, 0, 0] for part in parts])
        assert sorted(found.tolist()) == list(range(count))
        assert all((part.images[:, 1] == int(official == "train")).all() for part in parts)
    for part in drawn.values():
        numbers = part.images[:, 0, 0, 0]
        assert (part.category == numbers % 10).all()
        assert (part.factors["category"] == part.category).all()
        assert (np.diff(numbers.astype(int)) < 0).any()  # mixed


def test_fewer_pictures_are_the_first_of_more(numbered: type[Numbered]) -> None:
    data = torchvision_data("CIFAR10")
    assert (data.split("train", 20, 4).images == data.split("train", 90, 4).images[:20]).all()


@pytest.mark.parametrize(
    ("variable", "argument", "expected"), [("", None, False), ("1", None, True), ("1", False, False), ("", True, True)]
)
def test_nothing_is_downloaded_without_leave(
    numbered: type[Numbered], monkeypatch: pytest.MonkeyPatch, cache: Path, variable: str, argument: bool | None, expected: bool
) -> None:
    data = torchvision_data("CIFAR10", download=argument)
    monkeypatch.setenv("CHECK_CLAIMS_DOWNLOAD", variable)  # read when pictures are drawn
    data.split("measure", 1)
    assert numbered.asked == [{"root": cache, "train": False, "download": expected}]
    assert cache.is_dir() == expected


def test_a_label_out_of_range_is_refused(numbered: type[Numbered], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbered, "__getitem__", lambda self, index: (Image.new("RGB", (4, 4)), 10))
    with pytest.raises(MeasurementError, match="CIFAR-10 has a picture whose category is not among its 10"):
        DATA["cifar10"].split("measure", 1)


def test_a_failed_download_says_why(numbered: type[Numbered], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision.datasets, "CIFAR10", refuse)
    with pytest.raises(MeasurementError, match=r"CIFAR-10 could not be downloaded to .*: no route to host"):
        torchvision_data("CIFAR10", download=True).split("measure", 1)


@pytest.mark.parametrize("name", COLLECTIONS)
@pytest.mark.parametrize("split", ["train", "measure"])
def test_missing_files_are_said_to_be_missing(name: str, split: str, cache: Path) -> None:
    """With torchvision's own classes: their arguments are understood and they reach for no network."""
    with pytest.raises(MeasurementError, match=r"is not in .*data; add --download .*CHECK_CLAIMS_DOWNLOAD=1"):
        torchvision_data(name).split(split, 1)
    assert not cache.exists()


def test_the_words_of_registered_data() -> None:
    assert (DATA["cifar10"].title, DATA["cifar10"].synonyms) == ("CIFAR-10", ("CIFAR10",))
    assert (DATA["imagenette"].title, DATA["imagenette"].synonyms) == ("Imagenette", ())
    for collection in COLLECTIONS.values():
        assert len(set(collection.categories)) in (10, 100)


def test_cifar_10_as_it_is_published(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches in the format of the archive: rows of 3,072 bytes, the red plane first."""
    rng = np.random.default_rng(0)
    folder = cache / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    rows: dict[str, np.ndarray] = {}
    labels: dict[str, list[int]] = {}
    for name in [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]:
        rows[name], labels[name] = rng.integers(0, 256, (8, 3072), np.uint8), rng.integers(0, 10, 8).tolist()
        (folder / name).write_bytes(pickle.dumps({"data": rows[name], "labels": labels[name]}))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list(COLLECTIONS["CIFAR10"].categories)}))
    cifar = torchvision.datasets.CIFAR10
    monkeypatch.setattr(cifar, "train_list", [[name, None] for name in rows if name != "test_batch"])
    monkeypatch.setattr(cifar, "test_list", [["test_batch", None]])
    monkeypatch.setattr(cifar, "meta", {**cifar.meta, "md5": None})

    written = {row.tobytes(): label for name in rows for row, label in zip(rows[name], labels[name], strict=True)}
    drawn = [DATA["cifar10"].split(split, 100) for split in SPLIT_SEEDS]
    read = {picture.tobytes(): label for part in drawn for picture, label in zip(part.images, part.category, strict=True)}
    assert len(written) == 48
    assert read == written


def test_imagenette_as_it_is_published(cache: Path) -> None:
    identifiers = list(torchvision.datasets.Imagenette._WNID_TO_CLASS)
    for part, count in (("train", 4), ("val", 2)):
        for label, identifier in enumerate(identifiers):
            folder = cache / "imagenette2-320" / part / identifier
            folder.mkdir(parents=True)
            for number in range(count):
                Image.new("RGB", (40, 30), (20 * label, 0, 0)).save(folder / f"{number}.JPEG")
    drawn = DATA["imagenette"].split("train", 100, 24)
    assert drawn.images.shape == (32, 3, 24, 24)
    assert np.allclose(drawn.images[:, 0].mean((1, 2)), 20 * drawn.category, atol=3)
    words = torchvision.datasets.Imagenette._WNID_TO_CLASS
    assert DATA["imagenette"].factors["category"] == tuple(words[identifier][0] for identifier in identifiers)


# Hugging Face: a stand-in for the package `datasets`, whose tables are lists of rows.


class Picture:
    pass


class Label:
    def __init__(self, names: list[str]) -> None:
        self.names = names


class Table(list[dict[str, Any]]):
    def __init__(self, count: int, features: dict[str, Any], green: int) -> None:
        super().__init__({"img": Image.new("L", (9, 6), number), "kind": number % 2, "text": green} for number in range(count))
        self.features = features

    def train_test_split(self, test_size: float, seed: int) -> dict[str, Table]:
        kept = round(len(self) * (1 - test_size))
        parts = {"train": Table(0, self.features, 0), "test": Table(0, self.features, 0)}
        parts["train"].extend(self[:kept])
        parts["test"].extend(self[kept:])
        return parts


FEATURES = {"text": None, "img": Picture(), "kind": Label(["cat", "dog"])}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch, cache: Path) -> dict[str, Table]:
    """What `datasets` finds in the folder of the repository me/pictures, which is there."""
    found: dict[str, Table] = {}

    def load_dataset(path: str, cache_dir: str) -> dict[str, Table]:
        assert Path(path) == cache / "hugging-face" / "me--pictures"
        assert Path(cache_dir) == cache / "datasets"
        if not found:
            raise ValueError("no data files")
        return found

    package = ModuleType("datasets")
    for name, value in {"Image": Picture, "ClassLabel": Label, "load_dataset": load_dataset}.items():
        setattr(package, name, value)
    monkeypatch.setitem(sys.modules, "datasets", package)
    (cache / "hugging-face" / "me--pictures").mkdir(parents=True)
    return found


@pytest.mark.parametrize("test", ["test", "validation", None])
def test_a_repository_with_labels(tables: dict[str, Table], test: str | None) -> None:
    tables["train"] = Table(100, FEATURES, 0)
    if test:
        tables[test] = Table(40, FEATURES, 1)
    data = hugging_face_data("me/pictures")
    assert data.name == "hf:me/pictures"
    assert data.factors == {"category": ("cat", "dog")}
    sizes = {split: len(data.split(split, 1000, 6).category) for split in SPLIT_SEEDS}
    learned, tested = (100, 40) if test else (80, 20)
    assert [sizes["train"], sizes["probe-train"], sizes["held-out"]] == [0.8 * learned, 0.15 * learned, 0.05 * learned]
    assert [sizes["probe-test"], sizes["measure"]] == [tested / 2, tested / 2]
    for split in SPLIT_SEEDS:
        drawn = data.split(split, 1000, 6)
        assert (drawn.category == drawn.images[:, 0, 0, 0] % 2).all()
        assert (drawn.images == drawn.images[:, :1]).all()  # grey pictures in three channels


def test_the_validation_part_is_taken_before_the_test_part(tables: dict[str, Table]) -> None:
    tables.update(train=Table(10, FEATURES, 0), test=Table(6, FEATURES, 0), validation=Table(4, FEATURES, 0))
    assert len(hugging_face_data("me/pictures").split("measure", 99).category) == 2


def test_a_repository_without_labels(tables: dict[str, Table]) -> None:
    tables["train"] = Table(50, {"img": Picture()}, 0)
    data = hugging_face_data("me/pictures")
    drawn = data.split("measure", 3)
    assert data.factors == drawn.factors == {}
    assert data.categories == 0
    assert not drawn.category.any()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "`datasets` cannot load .*: no data files"),
        ({"test": Table(5, FEATURES, 0)}, "has no part called train, only test"),
        ({"train": Table(5, {"text": None}, 0)}, "has no column of pictures, only text"),
    ],
)
def test_repositories_that_cannot_be_used(tables: dict[str, Table], parts: dict[str, Table], message: str) -> None:
    tables.update(parts)
    with pytest.raises(MeasurementError, match=f"hf:me/pictures.*{message}"):
        hugging_face_data("me/pictures")


def test_the_package_datasets_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'check-claims\[data\]'"):
        hugging_face_data("me/pictures")


@pytest.mark.parametrize("name", ["../up", "a/b/c", "a/..", "", "a b", "/root"])
def test_names_that_no_repository_has(tables: dict[str, Table], name: str) -> None:
    with pytest.raises(ConfigurationError, match="not the name of a repository"):
        hugging_face_data(name)


def test_a_repository_is_fetched_once_and_whole(tables: dict[str, Table], cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache / "hugging-face" / "me--pictures"
    folder.rmdir()
    tables["train"] = Table(10, FEATURES, 0)
    calls: list[str] = []

    def snapshot_download(repository: str, repo_type: str, local_dir: Path) -> None:
        calls.append(f"{repo_type} {repository}")
        Path(local_dir).mkdir(parents=True, exist_ok=True)
        (Path(local_dir) / "data.parquet").write_text("rows")
        if len(calls) == 1:
            raise ConnectionError("broken off")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(MeasurementError, match=r"hf:me/pictures is not in .*hugging-face; add --download"):
        hugging_face_data("me/pictures")
    assert calls == []
    with pytest.raises(MeasurementError, match=r"could not be downloaded to .*: broken off"):
        hugging_face_data("me/pictures", download=True)
    assert not folder.exists()
    monkeypatch.setenv("CHECK_CLAIMS_DOWNLOAD", "1")
    assert hugging_face_data("me/pictures").categories == 2
    assert (folder / "data.parquet").read_text() == "rows"
    assert hugging_face_data("me/pictures").categories == 2
    assert calls == ["dataset me/pictures"] * 2


@pytest.mark.parametrize("variable", ["/somewhere", ""])
def test_where_downloads_are_kept(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("CHECK_CLAIMS_CACHE", variable)
    monkeypatch.setitem(sys.modules, "platformdirs", SimpleNamespace(user_cache_dir=lambda name: f"/home/me/{name}"))
    assert data_folder() == Path(variable or "/home/me/check-claims") / "data"
