"""Where the object is in the pictures that are measured: what metrics compare attention and tokens with."""

from __future__ import annotations

import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.subjects import Subject


def object_shares(subject: Subject) -> Tensor:
    """The share of each patch that the data's masks mark as object: (images, rows, columns), in [0, 1], double precision.

    Raises MeasurementError for data without masks, for pictures of another size than the model sees, and for a picture that is
    all object or none.
    """
    split, size = subject.split("measure", subject.count), subject.encoder.size
    if split.masks is None:
        raise MeasurementError(f"{subject.data.title} have no masks: where their objects are is not known")
    if split.masks.shape[1:] != (size, size):
        height, width = split.masks.shape[1:]
        raise MeasurementError(
            f"{subject.data.title} have masks of {height} x {width} pixels, and {subject.encoder.name} sees {size} x {size}"
        )
    patches = split.patch_masks(subject.encoder.patch)
    shares = torch.from_numpy(patches).double()
    covered = shares.mean((1, 2))
    plain = ((covered == 0) | (covered == 1)).nonzero()
    if len(plain):
        raise MeasurementError(f"{subject.data.title}: picture {int(plain[0])} is all object or none")
    return shares
