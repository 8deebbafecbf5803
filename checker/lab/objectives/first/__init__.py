"""The objectives as the first edition of the recipes trained them. They stand still while models of that edition ship."""

from checker.lab.objectives.first import dino, dinov2, ijepa, lut, mae, moco, simclr, simmim, supervised

__all__ = ["dino", "dinov2", "ijepa", "lut", "mae", "moco", "simclr", "simmim", "supervised"]
