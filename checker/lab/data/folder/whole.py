"""The data set of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.context import current
from checker.lab.data.base import Dataset, Split, squared
from checker.lab.data.folder.files import pictures_in
from checker.lab.data.folder.name import Name
from checker.lab.data.folder.pictures import Pictures
from checker.lab.data.folder.saved import is_saved, saved_pictures
from checker.lab.data.folder.splits import FEWEST, split_official, split_paths

if TYPE_CHECKING:
    import numpy as np

PACKAGE = __name__.rpartition(".")[0]


def folder_data(name: str) -> Dataset:
    """The pictures in a folder: `name` is its path, from the root of the project, with or without "?images=N"
    and "@" and the hash of its pictures. The name of the data set has that hash, so that whatever is kept under it is about
    these pictures, labels and masks.

    Raises ConfigurationError where there is no folder, where the hash is that of other pictures, and what `pictures_in` and
    `saved_pictures` raise.
    """
    asked = Name.parse(name)
    path = Path(current().root, asked.place).expanduser()
    if not path.is_dir():
        raise ConfigurationError(f"{path}: no such folder; name one that holds pictures")
    held = saved_pictures(path) if is_saved(path) else pictures_in(path)
    if asked.known not in ("", held.contents):
        raise ConfigurationError(f"{path}: the pictures have changed; they were {asked.known} and are {held.contents}")
    official = held.official
    parts = split_official(official) if set(official) - {"train"} else split_paths(held.files, asked.use)
    categories = tuple(sorted(set(held.labels.values())))
    lacking = (
        "has no folder train; training and probes need one"
        if official and "train" not in official
        else f"has {len(held.files)} pictures; training and probes need at least {FEWEST}"
    )

    def draw(split: str, count: int, size: int) -> Split:
        if split not in parts:
            raise MeasurementError(f"{path} {lacking}")
        return _drawn(held, parts[split][:count], size, categories)

    return Dataset(
        name=str(Name(asked.place, asked.images, asked.use, held.contents)),
        title=f"pictures in {path.name}",
        synonyms=(),
        categories=len(categories),
        factors={"category": categories} if categories else {},
        draw=draw,
        module=PACKAGE,
    )


def _drawn(held: Pictures, chosen: list[Path], size: int, categories: tuple[str, ...]) -> Split:
    """Pictures, cut to their largest central square, with categories and masks as far as they are known."""
    import numpy as np

    images = np.empty((len(chosen), 3, size, size), np.uint8)
    masks = None if held.mask is None else np.empty((len(chosen), size, size), bool)
    for index, file in enumerate(chosen):
        picture = held.read(file)
        images[index] = squared(picture, size)
        if held.mask is not None and masks is not None:
            masks[index] = _fitted(held.mask(file), picture.size, file, size)
    if not categories:
        return Split(images, {}, np.zeros(len(chosen), np.int64), masks)
    category = np.array([categories.index(held.labels[file]) for file in chosen], np.int64)
    return Split(images, {"category": category}, category, masks)


def _fitted(mask: np.ndarray, seen: tuple[int, int], file: Path, size: int) -> np.ndarray:
    """A mask (height, width) cut and resized as its picture is, whose width and height are `seen`: (size, size), bool. A pixel
    is object where most of what it shows is."""
    import numpy as np
    from PIL import Image

    if mask.shape != seen[::-1]:
        raise MeasurementError(
            f"{file}: its mask has {mask.shape[1]} x {mask.shape[0]} pixels, and the picture {seen[0]} x {seen[1]}"
        )
    side = min(seen)
    left, top = (seen[0] - side) // 2, (seen[1] - side) // 2
    shares = Image.fromarray(mask[top : top + side, left : left + side].astype("uint8") * 255).resize(
        (size, size), Image.Resampling.BOX
    )
    return np.asarray(shares) > 127
