"""Data sets that must be downloaded: through torchvision by class name, and image repositories of Hugging Face.

Nothing is downloaded without leave: `download=True`, or the environment variable CHECK_CLAIMS_DOWNLOAD=1. What is learned
from comes out of the official training part, what is tested and measured out of the official test part.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.context import current
from checker.lab.data.base import DATA, Dataset, Split, squared

if TYPE_CHECKING:
    from PIL import Image

# Each split: the official part that it is cut from, and where it starts and ends, in shares of that part.
PARTS = {
    "train": ("train", 0.0, 0.8),
    "probe-train": ("train", 0.8, 0.95),
    "held-out": ("train", 0.95, 1.0),
    "probe-test": ("test", 0.0, 0.5),
    "measure": ("test", 0.5, 1.0),
}
SEED = 0x7E57  # of the order that an official part is cut in: some are sorted by category
REPOSITORY = re.compile(r"(?:\w[\w.-]*/)?\w[\w.-]*")
TEST_NAMES = ("validation", "test")  # of a repository's test part; published tests may hide their labels, so they come last
TEST_SHARE = 0.2  # of a repository that has no test part
HOW_TO_DOWNLOAD = "add --download to the check-claims command, or set CHECK_CLAIMS_DOWNLOAD=1"


@dataclass(frozen=True)
class Collection:
    """A data set of torchvision: how it is called, its categories, and how its class takes the official part to give."""

    title: str
    categories: tuple[str, ...]
    train: Mapping[str, Any]
    test: Mapping[str, Any]


_FLAG: tuple[dict[str, Any], dict[str, Any]] = {"train": True}, {"train": False}
_SPLIT: tuple[dict[str, Any], dict[str, Any]] = {"split": "train"}, {"split": "test"}
_VEHICLES_AND_ANIMALS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_STL10 = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
_CLOTHES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
_IMAGENETTE = (
    *("tench", "English springer", "cassette player", "chain saw", "church"),
    *("French horn", "garbage truck", "gas pump", "golf ball", "parachute"),
)
COLLECTIONS = {
    "CIFAR10": Collection("CIFAR-10", _VEHICLES_AND_ANIMALS, *_FLAG),
    "CIFAR100": Collection("CIFAR-100", tuple(map(str, range(100))), *_FLAG),
    "FashionMNIST": Collection("Fashion-MNIST", _CLOTHES, *_FLAG),
    "Imagenette": Collection("Imagenette", _IMAGENETTE, *({"split": part, "size": "320px"} for part in ("train", "val"))),
    "MNIST": Collection("MNIST", tuple("0123456789"), *_FLAG),
    "STL10": Collection("STL-10", _STL10, *_SPLIT),
    "SVHN": Collection("SVHN", tuple("0123456789"), *_SPLIT),
}


def torchvision_data(name: str, root: Path | None = None, download: bool | None = None) -> Dataset:
    """A data set of torchvision by the name of its class, as "torchvision:NAME"; its one factor is the category.

    `root` is the folder of the files (the cache's, where none is named); `download` says whether they may be fetched (the
    context or the environment, where it is not said). Both are looked up when pictures are drawn; drawing raises
    MeasurementError where the files are missing. Raises ConfigurationError for a class that is not known here.
    """
    collection = COLLECTIONS.get(name)
    if collection is None:
        near = get_close_matches(name, COLLECTIONS, n=1, cutoff=0.5)
        guess = f" (did you mean {near[0]}?)" if near else ""
        raise ConfigurationError(f"torchvision:{name}: no such data set is known{guess}; there are: {', '.join(COLLECTIONS)}")

    def draw(split: str, count: int, size: int) -> Split:
        part, *share = PARTS[split]
        options = collection.train if part == "train" else collection.test
        official = open_collection(name, options, data_folder() if root is None else root, may_download(download))
        return _draw(official, collection.title, collection.categories, (share[0], share[1]), count, size)

    return Dataset(
        name=f"torchvision:{name}",
        title=collection.title,
        synonyms=(name,) if name != collection.title else (),
        categories=len(collection.categories),
        factors={"category": collection.categories},
        draw=draw,
        module=__name__,
    )


def hugging_face_data(repository: str, root: Path | None = None, download: bool | None = None) -> Dataset:
    """An image repository of Hugging Face that the package `datasets` can load, as "hf:OWNER/NAME"; `root` and `download` as
    for `torchvision_data`. The first column of pictures is used, and the first column of class labels as the category.

    The files are opened at once, since only they say what the categories are. Raises ConfigurationError where `datasets` is
    not installed or the name cannot be one of a repository, MeasurementError where the files are missing or hold no pictures.
    """
    folder = data_folder() if root is None else root
    parts, picture, label = _open_repository(repository, folder, may_download(download))
    categories = tuple(parts["train"].features[label].names) if label else ()

    def draw(split: str, count: int, size: int) -> Split:
        part, *share = PARTS[split]
        pairs = _Pairs(parts[part], picture, label)
        return _draw(pairs, repository, categories, (share[0], share[1]), count, size)

    return Dataset(
        name=f"hf:{repository}",
        title=repository,
        synonyms=(),
        categories=len(categories),
        factors={"category": categories} if categories else {},
        draw=draw,
        module=__name__,
    )


def data_folder() -> Path:
    """Where downloaded data are kept: `data` in $CHECK_CLAIMS_CACHE, or in the user's cache folder."""
    import platformdirs

    return Path(os.environ.get("CHECK_CLAIMS_CACHE") or platformdirs.user_cache_dir("check-claims")) / "data"


def may_download(download: bool | None = None) -> bool:
    """Whether files may be fetched: as `download` says, or the context or the environment where it is None."""
    return current().download or os.environ.get("CHECK_CLAIMS_DOWNLOAD") == "1" if download is None else download


@dataclass(frozen=True)
class _Pairs:
    """A table of `datasets` as (picture, label) pairs, the label 0 where there is none."""

    table: Any
    picture: str
    label: str | None

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        row = self.table[index]
        return row[self.picture], row[self.label] if self.label else 0


def _draw(
    official: Sequence[tuple[Image.Image, int]] | _Pairs,
    title: str,
    categories: tuple[str, ...],
    share: tuple[float, float],
    count: int,
    size: int,
) -> Split:
    """The first `count` pictures of a share of an official part, in its one fixed random order."""
    import numpy as np

    order = np.random.default_rng(SEED).permutation(len(official))
    start, end = (round(bound * len(official)) for bound in share)
    rows = order[start:end][:count].tolist()
    images, category = np.empty((len(rows), 3, size, size), np.uint8), np.zeros(len(rows), np.int64)
    for index, row in enumerate(rows):
        picture, category[index] = official[row]
        images[index] = squared(picture.convert("RGB"), size)
    if not categories:
        return Split(images, {}, category)
    if len(rows) and not (category.min() >= 0 and category.max() < len(categories)):
        raise MeasurementError(f"{title} has a picture whose category is not among its {len(categories)}")
    return Split(images, {"category": category}, category)


def open_collection(name: str, options: Mapping[str, Any], root: Path, download: bool) -> Sequence[tuple[Image.Image, int]]:
    """An official part of a data set of torchvision, `options` saying which. Raises MeasurementError where it is missing."""
    title = COLLECTIONS[name].title
    make = getattr(import_module("torchvision.datasets"), name)
    if download:
        root.mkdir(parents=True, exist_ok=True)
    try:
        official: Sequence[tuple[Image.Image, int]] = make(root, **options, download=download)
    except (OSError, RuntimeError) as error:  # RuntimeError is torchvision's word for missing or damaged files
        if download:
            raise MeasurementError(f"{title} could not be downloaded to {root}: {error}") from error
        raise MeasurementError(f"{title} is not in {root}; {HOW_TO_DOWNLOAD}") from error
    return official


def _open_repository(repository: str, root: Path, download: bool) -> tuple[Mapping[str, Any], str, str | None]:
    """The tables "train" and "test" of a repository, and the names of their columns of pictures and of labels."""
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise ConfigurationError(f"hf:{repository} needs the package `datasets`; pip install 'check-claims[data]'") from error
    folder = _fetch_repository(repository, root / "hugging-face", download)
    try:
        tables = datasets.load_dataset(str(folder), cache_dir=str(root / "datasets"))
    except Exception as error:  # every reader of files has errors of its own
        raise MeasurementError(f"hf:{repository}: `datasets` cannot load {folder}: {error}") from error
    if "train" not in tables:
        raise MeasurementError(f"hf:{repository} has no part called train, only {', '.join(tables)}")
    columns = tables["train"].features
    pictures = [column for column, kind in columns.items() if isinstance(kind, datasets.Image)]
    labels = [column for column, kind in columns.items() if isinstance(kind, datasets.ClassLabel)]
    if not pictures:
        raise MeasurementError(f"hf:{repository} has no column of pictures, only {', '.join(columns)}")
    test = next((part for part in TEST_NAMES if part in tables), None)
    if test is None:
        tables = tables["train"].train_test_split(test_size=TEST_SHARE, seed=SEED)
    parts = {"train": tables["train"], "test": tables[test or "test"]}
    return parts, pictures[0], labels[0] if labels else None


def _fetch_repository(repository: str, root: Path, download: bool) -> Path:
    """The folder of a repository's files. It gets its name when all of them are there, so what has a name is whole."""
    from huggingface_hub import snapshot_download

    if not REPOSITORY.fullmatch(repository):
        raise ConfigurationError(f"hf:{repository}: not the name of a repository, which looks like hf:OWNER/NAME")
    folder = root / repository.replace("/", "--")
    if folder.is_dir():
        return folder
    if not download:
        raise MeasurementError(f"hf:{repository} is not in {root}; {HOW_TO_DOWNLOAD}")
    partial = folder.with_name(folder.name + ".partial")
    try:
        snapshot_download(repository, repo_type="dataset", local_dir=partial)
    except Exception as error:  # every transport has errors of its own
        raise MeasurementError(f"hf:{repository} could not be downloaded to {root}: {error}") from error
    partial.replace(folder)
    return folder


for _name, _class in (("cifar10", "CIFAR10"), ("imagenette", "Imagenette")):
    DATA.register(_name)(replace(torchvision_data(_class), name=_name))
