"""Training objectives by name. Imports torch, timm and lightly: import it inside the function that trains."""

from checker.lab.objectives import dino, dinov2, first, ijepa, lut, mae, moco, simclr, simmim, supervised
from checker.lab.objectives.base import FIRST, OBJECTIVES, Objective, objective_of

__all__ = [
    "FIRST",
    "OBJECTIVES",
    "Objective",
    "dino",
    "dinov2",
    "first",
    "ijepa",
    "lut",
    "mae",
    "moco",
    "objective_of",
    "simclr",
    "simmim",
    "supervised",
]
