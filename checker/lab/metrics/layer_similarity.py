"""Similarity to the last layer: how much of the last block's geometry of images a block has already, as linear CKA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metrics.base import METRICS, Metric
from checker.vocabulary import MarginWord, MetricWord

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subject import Subject

FEWEST_IMAGES = 4  # the unbiased estimator divides by n (n - 3)


def layer_similarity(subject: Subject) -> Tensor:
    """Linear CKA between each block's pooled features and the last block's: (depth, 1), at most 1; the last row is 1.

    A value is about all images at once, so there is one column and not one for each image.

    Source: see `cka_between`. Raises ValueError for fewer than 4 images.
    """
    return cka_between(subject.features, subject.features[-1:])


def linear_cka(x: Tensor, y: Tensor) -> float:
    """Linear CKA of features x (n, d1) and y (n, d2) of the same n images; see `cka_between`."""
    return float(cka_between(x[None], y[None]))


def cka_between(first: Tensor, second: Tensor) -> Tensor:
    """Linear CKA between all blocks of two models that saw the same images.

    CKA(x, y) = HSIC(x, y) / sqrt(HSIC(x, x) HSIC(y, y)) of the Gram matrices x x^T and y y^T. HSIC is estimated without
    bias, so features that have nothing to do with each other come out about 0 however wide they are, below it as well as
    above.

    first: (depth_a, n, d_a), second: (depth_b, n, d_b), rows in the same order. Returns (depth_a, depth_b), at most 1 in
    size, double precision; NaN for a block whose features are the same for all images.

    Source: Kornblith et al. 2019, section 3 (linear CKA); Nguyen, Raghu and Kornblith 2021, section 3 (with the unbiased
    estimator of Song et al. 2012).

    Raises ValueError for different numbers of images or fewer than 4.
    """
    if first.ndim != 3 or second.ndim != 3 or first.shape[1] != second.shape[1] or first.shape[1] < FEWEST_IMAGES:
        raise ValueError(
            f"features have shapes {tuple(first.shape)} and {tuple(second.shape)}; "
            f"wanted (depth, images, width), the same images in both, at least {FEWEST_IMAGES}"
        )
    return unit_grams(first) @ unit_grams(second).mT


def unit_grams(features: Tensor) -> Tensor:
    """U-centred Gram matrices (depth, n * n) of features (depth, n, width), each of norm 1.

    The inner product of two U-centred matrices is n (n - 3) times the unbiased HSIC (Szekely and Rizzo 2014 for the
    centring), so that inner products of unit ones are CKA.
    """
    import torch

    count = features.shape[1]
    centred = features.double() - features.double().mean(1, keepdim=True)  # changes nothing but the rounding
    different = 1 - torch.eye(count, dtype=torch.float64)
    grams = (centred @ centred.mT) * different
    rows = grams.sum(-1, keepdim=True) / (count - 2)
    total = rows.sum(1, keepdim=True) / (count - 1)
    flat = ((grams - rows - rows.mT + total) * different).flatten(1)
    units: Tensor = flat / flat.norm(dim=1, keepdim=True)
    return units


METRICS.register("layer_similarity")(
    Metric(
        word=MetricWord(
            name="layer_similarity",
            title="similarity to the last layer",
            unit="CKA",
            unit_words=("CKA",),
            synonyms=("last-layer similarity", "CKA to the last layer", "CKA with the last layer"),
            comparatives=(
                ("higher", "greater"),
                ("larger", "greater"),
                ("greater", "greater"),
                ("lower", "less"),
                ("smaller", "less"),
            ),
            loose=(
                ("more uniform representations across layers", "greater"),
                ("more similar layers", "greater"),
            ),
            margin=MarginWord(0.05, "CKA"),
            layers="lower half",
            hints=("CKA", "similar", "alignment"),
        ),
        definition="linear CKA between the pooled patch tokens of a block and of the last block, over images",
        source="Kornblith et al. 2019; Nguyen, Raghu and Kornblith 2021 (unbiased estimator)",
        reads="model",
        measure=layer_similarity,
    )
)
