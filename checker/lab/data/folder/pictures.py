"""What a folder tells of its pictures, however it is laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@dataclass(frozen=True)
class Pictures:
    """The pictures of a folder: `files` are their paths in it (in a set of rows, part/row), `official` those of each split that
    the folder has, `labels` their categories, empty where none are known.

    `read` gives a picture in RGB, `mask` which of its pixels are object: (height, width), bool; None where there are no masks.
    `contents` is a hash of all of it. Reading raises MeasurementError naming the file.
    """

    files: tuple[Path, ...]
    contents: str
    read: Callable[[Path], Image.Image]
    labels: Mapping[Path, str] = field(default_factory=dict)
    official: Mapping[str, list[Path]] = field(default_factory=dict)
    mask: Callable[[Path], np.ndarray] | None = None
