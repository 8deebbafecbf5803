"""Data sets by name. Light to import: numpy and scipy load when images are drawn."""

from checker.lab.data import shape_texture  # registers "shapes"
from checker.lab.data.base import DATA, Dataset, Split

__all__ = ["DATA", "Dataset", "Split", "shape_texture"]
