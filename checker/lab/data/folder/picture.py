"""One picture, or the mask of one, from a file that may hold anything."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from checker.errors import MeasurementError

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # others, such as EPS, start programs to be read
MOST_BYTES = 512 * 1024**2  # of a file
MOST_PIXELS = 100_000_000  # of a picture
VOID = 255  # in masks with several marks often neither object nor ground

Read = TypeVar("Read")


def read_picture(source: Path | bytes, name: str) -> Image.Image:
    """A picture in RGB, the right way up. `name` is what messages call it.

    Raises MeasurementError where it cannot be read, is no picture of FORMATS, or is larger than MOST_PIXELS.
    """
    return _read(source, name, _upright)


def read_mask(source: Path | bytes, name: str) -> np.ndarray:
    """The mask of a picture: (height, width), bool. 0 is ground, everything else is object.

    Raises MeasurementError, as `read_picture` does, and for a mask that does not say for certain what is object: one in colour,
    one that JPEG has blurred, one with 255 among other marks.
    """
    return _read(source, name, lambda picture: _marked(picture, name))


def _read(source: Path | bytes, name: str, convert: Callable[[Image.Image], Read]) -> Read:
    from PIL import Image

    if isinstance(source, Path) and source.stat().st_size > MOST_BYTES:
        raise MeasurementError(f"{name}: the file is larger than {MOST_BYTES // 1024**2} MiB; save the picture smaller")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the bound is ours
            opened = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
        with opened as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise MeasurementError(
                    f"{name}: {picture.width} x {picture.height} pixels are more than {MOST_PIXELS // 10**6} million; "
                    "save the picture smaller"
                )
            return convert(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        problem = str(error).replace(str(source), name) if isinstance(source, Path) else "no picture"
        raise MeasurementError(f"{name}: the picture cannot be read ({problem}); repair it or take it out") from error


def _upright(picture: Image.Image) -> Image.Image:
    from PIL import ImageOps

    if picture.mode.startswith(("I", "F")):  # their conversion to RGB would cut the range off, not scale it
        raise ValueError(f"pixels of more than 8 bits, {picture.mode}; save it with 8 bits a channel")
    return ImageOps.exif_transpose(picture).convert("RGB")


def _marked(picture: Image.Image, name: str) -> np.ndarray:
    import numpy as np
    from PIL import ImageOps

    if picture.format in ("JPEG", "MPO", "WEBP"):
        raise MeasurementError(f"{name}: {picture.format} blurs the marks of a mask; save it as PNG")
    marks = np.asarray(ImageOps.exif_transpose(picture))
    if marks.ndim == 3 and marks.shape[2] == 3 and (marks == marks[:, :, :1]).all():
        marks = marks[:, :, 0]
    if marks.ndim != 2 or picture.mode in ("F", "LA", "PA"):
        raise MeasurementError(f"{name}: a mask has one channel, 0 for the ground and another value for the object")
    found = np.unique(marks[marks != 0])
    if len(found) > 1 and VOID in found:
        raise MeasurementError(
            f"{name}: a mask with {VOID} among {len(found)} other marks does not say what {VOID} is; "
            "write 0 for the ground and 1 for the object"
        )
    marked: np.ndarray = marks != 0
    return marked
