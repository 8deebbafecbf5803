"""Any folder of pictures. Two or more subfolders with pictures are its categories; without them nothing is known.

A folder whose subfolders are called train, val, validation or test holds the splits of an image set, and their subfolders are
the categories. Else the split that a picture belongs to follows from its path, so that adding pictures moves no other one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import ConfigurationError, MeasurementError
from checker.lab.context import current
from checker.lab.data.base import Dataset, Split, squared

if TYPE_CHECKING:
    from PIL import Image

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
OFFICIAL = {"train": "train", "val": "val", "validation": "val", "test": "test"}  # names of the splits of an image set
PARTS = {"train": 0.60, "probe-train": 0.15, "probe-test": 0.10, "held-out": 0.05, "measure": 0.10}  # shares of the pictures
LEARNT = {"train": 0.75, "probe-train": 0.15, "probe-test": 0.05, "held-out": 0.05}  # of the part that is learned from
USES = {  # what is done with released models, which need nothing to be trained on
    "all": {"measure": 1.0},
    "half": {"probe-train": 0.5, "measure": 0.5},
}
FEWEST = 200  # pictures that are split; fewer are all measured


@dataclass(frozen=True)
class Name:
    """`PATH?images=N&use=half@HASH`, of which only the path has to be there.

    `images`: how many pictures are measured, at most; None: as many as in every claim. `use`: one of USES, for released models.
    `known`: the hash of the pictures.
    """

    place: str
    images: int | None = None
    use: str | None = None
    known: str = ""

    @classmethod
    def parse(cls, text: str) -> Name:
        """Raises ConfigurationError for options that are none."""
        before, _, known = text.partition("@")
        place, mark, listed = before.partition("?")
        options = dict(option.partition("=")[::2] for option in listed.split("&")) if mark else {}
        images, use = options.pop("images", None), options.pop("use", None)
        wrong = options or (images is not None and not re.fullmatch("[1-9][0-9]*", images)) or (use and use not in USES)
        if wrong:
            raise ConfigurationError(f"folder:{text}: after the folder stands ?images=N, with the number of pictures to measure")
        return cls(place, int(images) if images else None, use, known)

    def __str__(self) -> str:
        options = [f"{key}={value}" for key, value in (("images", self.images), ("use", self.use)) if value]
        return f"folder:{self.place}{'?' if options else ''}{'&'.join(options)}{'@' if self.known else ''}{self.known}"


def folder_data(name: str) -> Dataset:
    """The pictures in a folder: `name` is its path, from the root of the project, with or without "?images=N"
    and "@" and the hash of its pictures. The name of the data set has that hash, so that whatever is kept under it is about
    these pictures.

    Raises ConfigurationError where there is no folder or no picture in it, where pictures lie beside folders of categories,
    where a part that is measured has categories that the part to learn from lacks, or where the hash is that of other pictures.
    """
    asked = Name.parse(name)
    path = Path(current().root, asked.place).expanduser()
    if not path.is_dir():
        raise ConfigurationError(f"{path}: no such folder; name one that holds pictures")
    files = _find(path)
    if not files:
        raise ConfigurationError(
            f"{path}: there are no pictures in this folder; put some there, in a subfolder for each category if they are known "
            f"({', '.join(EXTENSIONS)})"
        )
    official = _official(path, files)
    categories = _categories(path, official or {"": files}, depth=1 if official else 0)
    parts = _of_official(official) if set(official) - {"train"} else _of_paths(files, asked.use)
    contents = _hash(path, files)
    if asked.known not in ("", contents):
        raise ConfigurationError(f"{path}: the pictures have changed; they were {asked.known} and are {contents}")

    def draw(split: str, count: int, size: int) -> Split:
        import numpy as np

        if split not in parts:
            raise MeasurementError(_lacking(path, len(files), bool(official) and "train" not in official))
        chosen = parts[split][:count]
        images = np.empty((len(chosen), 3, size, size), np.uint8)
        for index, file in enumerate(chosen):
            images[index] = squared(_read(path / file), size)
        if not categories:
            return Split(images, {}, np.zeros(len(chosen), np.int64))
        place = 1 if official else 0
        category = np.array([categories.index(file.parts[place]) for file in chosen], np.int64)
        return Split(images, {"category": category}, category)

    return Dataset(
        name=str(Name(asked.place, asked.images, asked.use, contents)),
        title=f"pictures in {path.name}",
        synonyms=(),
        categories=len(categories),
        factors={"category": categories} if categories else {},
        draw=draw,
        module=__name__,
    )


def images_declared(name: str) -> int | None:
    """How many pictures the name of a data set asks to measure; None where it says nothing."""
    kind, _, rest = name.partition(":")
    return Name.parse(rest).images if kind == "folder" else None


def for_released(name: str, probed: bool) -> str:
    """The name of a data set as released models see it: they are not trained, so a folder's pictures are all measured; where
    something is `probed`, learned from pictures and their categories, half of them are for that. Other data stay as they are."""
    kind, _, rest = name.partition(":")
    if kind != "folder":
        return name
    asked = Name.parse(rest)
    return str(Name(asked.place, asked.images, "half" if probed else "all", asked.known))


def _official(path: Path, files: list[Path]) -> dict[str, list[Path]]:
    """The pictures of each split of an image set: of train, and of val or test; empty where the folder is no such set."""
    names = {file.parts[0] for file in files if len(file.parts) > 1}
    if not names or any(name.casefold() not in OFFICIAL for name in names):
        return {}
    loose = sorted(file for file in files if len(file.parts) == 1)
    if loose:
        raise ConfigurationError(
            f"{path}: {loose[0]} lies beside the splits {', '.join(sorted(names))}; move it into one of them"
        )
    found: dict[str, list[Path]] = {}
    for name in sorted(names):
        part = OFFICIAL[name.casefold()]
        if part in found:
            raise ConfigurationError(f"{path}: two folders hold the split {part!r}: keep one of {', '.join(sorted(names))}")
        found[part] = [file for file in files if file.parts[0] == name]
    return found


def _categories(path: Path, parts: Mapping[str, list[Path]], depth: int) -> tuple[str, ...]:
    """The categories, as the folders at this depth are called; the same ones in every part. None where there is one folder."""
    found: dict[str, set[str]] = {}
    for part, files in parts.items():
        found[part] = {file.parts[depth] for file in files if len(file.parts) > depth + 1}
        loose = sorted(file for file in files if len(file.parts) == depth + 1)
        if len(found[part]) > 1 and loose:
            named = ", ".join(sorted(found[part]))
            raise ConfigurationError(
                f"{path}: {loose[0]} lies beside the folders of categories {named}; move it into one of them"
            )
    every = set().union(*found.values())
    if len(every) < 2:
        return ()
    for part, names in found.items():
        if lacking := sorted(every - names):
            raise ConfigurationError(
                f"{path}: the split {part!r} has no pictures of {', '.join(lacking)}; every split needs every category"
            )
    return tuple(sorted(every))


def _of_official(official: Mapping[str, list[Path]]) -> dict[str, list[Path]]:
    """The splits of an image set: val is measured, or test without it; what is learned from comes out of train."""
    measured = official.get("val", official.get("test", []))
    parts = _cut(official["train"], LEARNT) if "train" in official else {}
    if "test" in official and "val" in official:
        parts["probe-test"] = _ordered(official["test"])
    return parts | {"measure": _ordered(measured)}


def _of_paths(files: list[Path], use: str | None) -> dict[str, list[Path]]:
    if len(files) < FEWEST:
        return {"measure": _ordered(files)}
    return _cut(files, USES[use] if use else PARTS)


def _cut(files: list[Path], shares: Mapping[str, float]) -> dict[str, list[Path]]:
    """The pictures of each split, by where the hash of their paths falls."""
    parts, start = {}, 0.0
    for name, share in shares.items():
        last = name == list(shares)[-1]
        parts[name] = [file for file in _ordered(files) if start <= _place(file) and (last or _place(file) < start + share)]
        start += share
    return parts


def _ordered(files: list[Path]) -> list[Path]:
    """In the order of a hash of their paths: fixed, and with categories mixed."""
    return sorted(files, key=lambda file: (_place(file), file.as_posix()))


def _place(file: Path) -> float:
    return int.from_bytes(sha256(file.as_posix().encode()).digest()[:8]) / 2**64


def _lacking(path: Path, count: int, only_measured: bool) -> str:
    if only_measured:
        return f"{path} has no folder train; training and probes need one"
    return f"{path} has {count} pictures; training and probes need at least {FEWEST}"


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
