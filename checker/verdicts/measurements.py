"""What may be decided on: arrays that are whole and finite, and options that mean something. Everything else is an error."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.verdicts.looks import ONE_LOOK, Looks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def measured(name: str, values: ArrayLike, axes: tuple[str, ...] = ("seed", "image")) -> NDArray[Any]:
    """The values as an array with these axes. Raises MeasurementError when they are ragged, empty, NaN or infinite."""
    import numpy as np

    wanted = ", ".join(axis + "s" for axis in axes)
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MeasurementError(f"{name} is not a table of numbers; wanted ({wanted}), as many {axes[-1]}s each time") from error
    if array.ndim != len(axes) or 0 in array.shape:
        raise MeasurementError(f"{name} has shape {array.shape}; wanted ({wanted}), none of them 0")
    if not np.isfinite(array).all():
        place = tuple(np.argwhere(~np.isfinite(array))[0])
        where = ", ".join(f"{axis} {index}" for axis, index in zip(axes, place, strict=True))
        raise MeasurementError(f"{name} is {array[place]} for {where}; not a measurement")
    return array


def check_options(alpha: float, looks: Looks = ONE_LOOK) -> None:
    """Raises MeasurementError for an error rate that is none, for looks that do not grow, or for one that is not among them."""
    if not 0 < alpha < 0.5:
        raise MeasurementError(f"alpha {alpha}; it lies between 0 and 0.5")
    growing = all(first < second for first, second in itertools.pairwise((0, *looks.seeds)))
    if not growing or not 0 <= looks.now < max(1, len(looks.seeds)):
        raise MeasurementError(f"look {looks.now + 1} of looks at {looks.seeds} seeds; declare growing numbers, and one of them")


def check_margin(margin: float, relative: float | None = None) -> None:
    """Raises MeasurementError for a margin below 0 or not finite, or for two margins at once."""
    for value in (margin, relative):
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise MeasurementError(f"the margin is {value}; it must be a number of at least 0")
    if relative is not None and margin:
        raise MeasurementError(f"a margin of {margin} and a relative one of {relative}; give one of them")


def merge_copies(values: ArrayLike, pictures: Sequence[Hashable]) -> NDArray[Any]:
    """One column a picture: values of copies (or views) of the same picture are averaged.

    values: (..., images). pictures: for each image the identity of the picture it shows, for example a hash of the file.
    Returns (..., pictures), in the order in which they first appear. A picture shown many times counts once, so copies change
    neither the effect nor the interval. Values alone cannot tell copies from different pictures that a coarse metric answers
    alike, so no rule of this room merges what its caller does not name.

    Raises MeasurementError when there are not as many identities as images.
    """
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    if array.ndim < 1 or array.shape[-1] != len(pictures):
        raise MeasurementError(f"{len(pictures)} pictures are named for values of shape {array.shape}; name one an image")
    columns: dict[Hashable, list[int]] = {}
    for column, picture in enumerate(pictures):
        columns.setdefault(picture, []).append(column)
    return np.stack([array[..., places].mean(-1) for places in columns.values()], axis=-1)
