"""Training objectives by name. Imports torch, timm and lightly: import it inside the function that trains."""

from checker.lab.objectives import dino, dinov2, ijepa, lut, mae, moco, simclr, simmim, supervised
from checker.lab.objectives.base import OBJECTIVES, Objective

__all__ = ["OBJECTIVES", "Objective", "dino", "dinov2", "ijepa", "lut", "mae", "moco", "simclr", "simmim", "supervised"]
