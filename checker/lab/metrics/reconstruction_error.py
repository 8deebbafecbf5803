"""Linear reconstruction error: how much of a patch's pixels a linear map cannot restore from its token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.lab.metric import AMOUNT, metric

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.encoder import Encoder
    from checker.lab.subjects import Subject

FITTED = 500  # pictures that the readout is fitted on
RIDGE = 1e-3  # weight of the squared norm, as a share of the mean variance of a token's channels
LEAST_RIDGE = 1e-12  # so that tokens that are all the same get weights of 0, and not no solution


@metric(
    "reconstruction_error",
    title="linear reconstruction error",
    definition="share of the variance of a patch's pixels that a linear readout of its token does not restore",
    source="our own, by ridge regression (Hoerl and Kennard 1970)",
    unit="share",
    reads="model",
    needs=("tokens",),
    margin=(0.05, "relative"),
    synonyms=("reconstruction error",),
    layers="last 1",
    hints=("reconstruct", "reconstructs", "reconstruction", "pixel", "pixels"),
    comparatives=AMOUNT,
    loose=(
        ("reconstructs pixels better", "less"),
        ("reconstructs the pixels better", "less"),
        ("reconstructs images better", "less"),
        ("reconstructs better", "less"),
        ("reconstructs pixels worse", "greater"),
        ("reconstructs images worse", "greater"),
        ("keeps more pixel information", "less"),
        ("retains more pixel information", "less"),
        ("more pixel information", "less"),
        ("better reconstruction", "less"),
    ),
)
def reconstruction_error(subject: Subject) -> Tensor:
    """Squared error of pixels read linearly from patch tokens, as a share of the pixels' variance.

    After each block, a ridge regression with an intercept maps a patch's token to that patch's pixels, in [0, 1] and at the
    resolution of the model's input. It is fitted in closed form on the patches of FITTED pictures of the split
    "probe-train". The value is a picture's mean squared error divided by the mean squared deviation of the fitting pictures'
    patches from their mean patch: 0 where pixels can be restored, about 1 where tokens tell nothing of them.

    Returns (depth, images).

    Source: ridge regression as in Hoerl and Kennard 1970; the use as a metric is our own.
    """
    import torch

    from checker.lab.readout import PROBE_PICTURES

    # The whole split is asked for, as probes do: the first pictures of a generated set depend on how many are drawn.
    fitting = torch.from_numpy(subject.split("probe-train", PROBE_PICTURES).first(FITTED).images)
    weights, intercepts, variance = _fit(subject.encoder, fitting)
    errors = torch.empty(len(weights), len(subject.images), dtype=torch.float64)
    for rows, maps, patches in _pairs(subject.encoder, subject.images):
        for block, tokens in enumerate(maps):
            restored = tokens.double() @ weights[block] + intercepts[block]
            errors[block, rows] = (restored - patches).square().mean((1, 2)) / variance
    return errors


def _fit(encoder: Encoder, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The ridge regression of each block: weights (depth, width, pixels of a patch), intercepts (depth, 1, pixels of a
    patch), and the variance of the patches about their mean patch."""
    import torch

    count, squares = 0, torch.zeros((), dtype=torch.float64)
    sums: list[Tensor] = [torch.zeros((), dtype=torch.float64)] * 4
    for _, maps, patches in _pairs(encoder, images):
        flat = patches.flatten(0, 1)
        count += len(flat)
        squares = squares + flat.square().sum()
        parts: list[tuple[Tensor, ...]] = []
        for tokens in maps:
            wide = tokens.flatten(0, 1).double()
            parts.append((wide.sum(0, keepdim=True), wide.T @ wide, wide.T @ flat, flat.sum(0, keepdim=True)))
        sums = [total + torch.stack(part) for total, part in zip(sums, zip(*parts, strict=True), strict=True)]
    token, token_token, token_pixel, pixel = (total / count for total in sums)
    covariance = token_token - token.mT @ token
    shrinkage = (RIDGE * covariance.diagonal(dim1=1, dim2=2).mean(1)).clamp(min=LEAST_RIDGE)
    penalty = shrinkage[:, None, None] * torch.eye(covariance.shape[-1], dtype=torch.float64)
    weights = torch.linalg.solve(covariance + penalty, token_pixel - token.mT @ pixel)
    variance = squares / count / pixel.shape[-1] - pixel[0].square().mean()
    return weights, pixel - token @ weights, variance


def _pairs(encoder: Encoder, images: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Rows, patch tokens (depth, batch, L, width) and patches (batch, L, patch * patch * 3), pixels in [0, 1] in double
    precision, a batch at a time."""
    import torch

    from checker.lab.subjects import token_maps

    mean, std = (torch.tensor(values).view(1, -1, 1, 1) for values in (encoder.mean, encoder.std))
    for rows, maps in token_maps(encoder, images):
        pixels = encoder.prepare(images[rows]) * std + mean
        yield rows, maps[:, :, encoder.prefix :], _patches(pixels, encoder.patch).double()


def _patches(pixels: Tensor, side: int) -> Tensor:
    """Pictures (batch, 3, height, width) as patches (batch, L, side * side * 3), row by row."""
    tiles = pixels.unflatten(3, (-1, side)).unflatten(2, (-1, side))  # (batch, 3, rows, side, columns, side)
    patches: Tensor = tiles.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)
    return patches
