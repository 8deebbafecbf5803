"""Whether it is known where the objects of a data set's pictures are."""

from __future__ import annotations

from functools import cache

from checker.errors import MeasurementError
from checker.lab.data import data_set


@cache
def has_masks(name: str) -> bool:
    """Whether the pictures of a data set come with masks; one is drawn. False where none can be drawn."""
    try:
        return data_set(name).split("measure", 1).masks is not None
    except MeasurementError:
        return False
