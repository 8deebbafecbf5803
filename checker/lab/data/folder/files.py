"""Picture files below a folder: their splits, categories and masks, by folders and by tables of labels.

Two or more subfolders with pictures are the categories, unless a table names them. A folder whose subfolders are called train,
val, validation or test holds the splits of an image set, and their subfolders are the categories. A folder `masks` holds a mask
for each picture, under the same path; `images` beside it says nothing of a picture. Nothing outside of the folder is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path

from checker.errors import ConfigurationError
from checker.lab.data.folder.labels import TABLES, read_labels
from checker.lab.data.folder.picture import EXTENSIONS, read_mask, read_picture
from checker.lab.data.folder.pictures import Pictures
from checker.lab.data.folder.splits import OFFICIAL

MASKS, IMAGES = "masks", "images"  # folders that are no categories


def pictures_in(path: Path) -> Pictures:
    """What a folder of picture files holds.

    Raises ConfigurationError where there is no picture, where pictures lie beside folders of categories, where a part that is
    measured has categories that the part to learn from lacks, for a link that leads out of the folder, for a picture without
    mask beside others that have one, and what `read_labels` raises.
    """
    found = _find(path)
    masks = {_bare(file).with_suffix(""): file for file in found if _is_mask(file)}
    files = [file for file in found if not _is_mask(file) and file.name not in TABLES]
    tables = [file for file in found if file.name in TABLES and _bare(file).parent.as_posix().casefold() in (".", *OFFICIAL)]
    if not files:
        raise ConfigurationError(
            f"{path}: there are no pictures in this folder; put some there, in a subfolder for each category if they are known "
            f"({', '.join(EXTENSIONS)})"
        )
    official = _official(path, files)
    if tables:
        labels = read_labels(path, tables, files)
        _check_parts(path, {part: {labels[file] for file in inside} for part, inside in official.items()})
    else:
        labels = _by_folder(path, official or {"": files}, depth=1 if official else 0)
    masked = _masked(path, files, masks)
    return Pictures(
        files=tuple(files),
        contents=_hash(path, [*files, *tables, *masks.values()]),
        read=lambda file: read_picture(path / file, str(path / file)),
        labels=labels,
        official=official,
        mask=(lambda file: read_mask(path / masked[file], str(path / masked[file]))) if masks else None,
    )


def _find(folder: Path) -> list[Path]:
    """The pictures and tables below a folder, as paths in it; what a name hides with a dot is left out.

    Raises ConfigurationError for a link to a folder, or one that leads out of this folder.
    """
    root, found = folder.resolve(), []
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in (*below, *sorted(names)):
            file = Path(place, name)
            picture = name not in below and (file.suffix.lower() in EXTENSIONS or name in TABLES) and not name.startswith(".")
            if file.is_symlink() and (name in below or (picture and not file.resolve().is_relative_to(root))):
                leads = "a link to another folder" if name in below else "a link that leads out of the folder"
                raise ConfigurationError(f"{file}: {leads} ({file.readlink()}), which is not followed; put the pictures here")
            if picture and file.is_file():
                found.append(file.relative_to(folder))
    return found


def _is_mask(file: Path) -> bool:
    return MASKS in _folded(file) and file.name not in TABLES


def _folded(file: Path) -> tuple[str, ...]:
    return tuple(part.casefold() for part in file.parts[:-1])


def _bare(file: Path) -> Path:
    """A path without the folders that say nothing of a picture."""
    return Path(*(part for part in file.parts[:-1] if part.casefold() not in (MASKS, IMAGES)), file.name)


def _official(path: Path, files: Iterable[Path]) -> dict[str, list[Path]]:
    """The pictures of each split of an image set: of train, and of val or test; empty where the folder is no such set."""
    bare = {file: _bare(file).parts for file in files}
    names = {parts[0] for parts in bare.values() if len(parts) > 1}
    if not names or any(name.casefold() not in OFFICIAL for name in names):
        return {}
    loose = sorted(file for file, parts in bare.items() if len(parts) == 1)
    if loose:
        raise ConfigurationError(
            f"{path}: {loose[0]} lies beside the splits {', '.join(sorted(names))}; move it into one of them"
        )
    found: dict[str, list[Path]] = {}
    for name in sorted(names):
        part = OFFICIAL[name.casefold()]
        if part in found:
            raise ConfigurationError(f"{path}: two folders hold the split {part!r}: keep one of {', '.join(sorted(names))}")
        found[part] = [file for file, parts in bare.items() if parts[0] == name]
    return found


def _by_folder(path: Path, parts: Mapping[str, list[Path]], depth: int) -> dict[Path, str]:
    """The category of each picture, as the folder at this depth is called; the same ones in every part. None where there is one
    folder."""
    labels: dict[Path, str] = {}
    found: dict[str, set[str]] = {}
    for part, files in parts.items():
        inside = {file: _bare(file).parts[depth] for file in files if len(_bare(file).parts) > depth + 1}
        found[part] = set(inside.values())
        loose = sorted(set(files) - set(inside))
        if len(found[part]) > 1 and loose:
            named = ", ".join(sorted(found[part]))
            raise ConfigurationError(
                f"{path}: {loose[0]} lies beside the folders of categories {named}; move it into one of them"
            )
        labels |= inside
    if len(set(labels.values())) < 2:
        return {}
    _check_parts(path, found)
    return labels


def _check_parts(path: Path, parts: Mapping[str, set[str]]) -> None:
    """Raises ConfigurationError where a split lacks a category that another one has."""
    every = set().union(*parts.values())
    for part, names in parts.items():
        if lacking := sorted(every - names):
            raise ConfigurationError(
                f"{path}: the split {part!r} has no pictures of {', '.join(lacking)}; every split needs every category"
            )


def _masked(path: Path, files: Iterable[Path], masks: Mapping[Path, Path]) -> dict[Path, Path]:
    """The mask of each picture. Raises ConfigurationError for a picture without one, and for two that share one."""
    if not masks:
        return {}
    owner: dict[Path, Path] = {}
    for file in sorted(files):
        key = _bare(file).with_suffix("")
        if key not in masks:
            raise ConfigurationError(
                f"{path}: {MASKS}/ has no mask of {file}; it would be called {MASKS}/{key.as_posix()}.png "
                f"(a category called {MASKS} needs another name)"
            )
        if key in owner:
            raise ConfigurationError(f"{path}: {owner[key]} and {file} share the mask {masks[key]}; give them different names")
        owner[key] = file
    return {file: masks[key] for key, file in owner.items()}


def _hash(folder: Path, files: list[Path]) -> str:
    """Of the names and bytes of files."""
    digest = sha256()
    for file in sorted(files):
        with (folder / file).open("rb") as opened:
            digest.update(f"{file.as_posix()}\0{file_digest(opened, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:12]
