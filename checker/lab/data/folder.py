"""Any folder of pictures. Two or more subfolders with pictures are its categories; without them nothing is known.

Which split a picture belongs to follows from its path in the folder, so that adding pictures moves no other one.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.context import current
from checker.lab.data.base import Dataset, Split, squared

if TYPE_CHECKING:
    from PIL import Image

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
PARTS = {"train": 0.60, "probe-train": 0.15, "probe-test": 0.10, "held-out": 0.05, "measure": 0.10}  # shares of the pictures
FEWEST = 200  # pictures that are split; fewer are all measured


def folder_data(name: str) -> Dataset:
    """The pictures in a folder: `name` is its path, from the root of the project, with or without "@" and the
    hash of its pictures. The name of the data set has that hash, so that whatever is kept under it is about these pictures.

    Raises ConfigurationError where there is no folder or no picture in it, where pictures lie beside folders of categories, or
    where the hash is that of other pictures.
    """
    place, _, known = name.partition("@")
    path = Path(current().root, place).expanduser()
    if not path.is_dir():
        raise ConfigurationError(f"{path}: no such folder; name one that holds pictures")
    files = _find(path)
    if not files:
        raise ConfigurationError(
            f"{path}: there are no pictures in this folder; put some there, in a subfolder for each category if they are known "
            f"({', '.join(EXTENSIONS)})"
        )
    groups = sorted({file.parts[0] for file in files if len(file.parts) > 1})
    categories = tuple(groups) if len(groups) > 1 else ()
    loose = [file for file in files if len(file.parts) == 1]
    if categories and loose:
        raise ConfigurationError(
            f"{path}: {loose[0]} lies beside the folders of categories {', '.join(categories)}; move it into one of them"
        )
    parts, contents = _split(files), _hash(path, files)
    if known not in ("", contents):
        raise ConfigurationError(f"{path}: the pictures have changed; they were {known} and are {contents}")

    def draw(split: str, count: int, size: int) -> Split:
        import numpy as np

        if split != "measure" and len(files) < FEWEST:
            raise MeasurementError(f"{path} has {len(files)} pictures; training and probes need at least {FEWEST}")
        chosen = parts[split][:count]
        images = np.empty((len(chosen), 3, size, size), np.uint8)
        for index, file in enumerate(chosen):
            images[index] = squared(_read(path / file), size)
        if not categories:
            return Split(images, {}, np.zeros(len(chosen), np.int64))
        category = np.array([categories.index(file.parts[0]) for file in chosen], np.int64)
        return Split(images, {"category": category}, category)

    return Dataset(
        name=f"folder:{place}@{contents}",
        title=f"pictures in {path.name}",
        synonyms=(),
        categories=len(categories),
        factors={"category": categories} if categories else {},
        draw=draw,
        module=__name__,
    )


def _find(folder: Path) -> list[Path]:
    """The pictures below a folder, as paths in it; what a name hides with a dot is left out."""
    files = [file.relative_to(folder) for file in folder.rglob("*") if file.suffix.lower() in EXTENSIONS and file.is_file()]
    return [file for file in files if not any(part.startswith(".") for part in file.parts)]


def _hash(folder: Path, files: list[Path]) -> str:
    """Of the names and bytes of pictures."""
    digest = sha256()
    for file in sorted(files):
        digest.update(f"{file.as_posix()}\0{sha256((folder / file).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def _split(files: list[Path]) -> dict[str, list[Path]]:
    """The pictures of each split. Their order is that of a hash of their paths: fixed, and with categories mixed."""
    place = {file: int.from_bytes(sha256(file.as_posix().encode()).digest()[:8]) / 2**64 for file in files}
    ordered = sorted(files, key=lambda file: (place[file], file.as_posix()))
    if len(files) < FEWEST:
        return {"measure": ordered}
    parts, start = {}, 0.0
    for name, share in PARTS.items():
        last = name == list(PARTS)[-1]
        parts[name] = [file for file in ordered if start <= place[file] and (last or place[file] < start + share)]
        start += share
    return parts


def _read(path: Path) -> Image.Image:
    """A picture in RGB, the right way up. Raises MeasurementError naming the file where it cannot be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            if picture.mode.startswith(("I", "F")):  # their conversion to RGB would cut the range off, not scale it
                raise MeasurementError(
                    f"{path}: pixels of more than 8 bits ({picture.mode}); save the picture with 8 bits a channel"
                )
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MeasurementError(f"{path}: the picture cannot be read ({error}); repair it or take it out of the folder") from error
