"""Similarity to the last layer: how much of the last block's geometry of images a block has already, as linear CKA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from checker.lab.subjects import Subject

FEWEST_IMAGES = 4  # the unbiased estimator divides by n (n - 3)


@metric(
    "layer_similarity",
    title="similarity to the last layer",
    definition="linear CKA between the pooled patch tokens of a block and of the last block, over images",
    source="Kornblith et al. 2019; Nguyen, Raghu and Kornblith 2021 (unbiased estimator)",
    unit="CKA",
    reads="model",
    needs=("features",),
    margin=(0.05, "CKA"),
    synonyms=("last-layer similarity", "CKA to the last layer", "CKA with the last layer"),
    layers="lower half",
    hints=("CKA", "similar", "alignment"),
    loose=(("more uniform representations across layers", "greater"), ("more similar layers", "greater")),
)
def layer_similarity(subject: Subject) -> Tensor:
    """Linear CKA between each block's pooled features and the last block's: (depth, 1), at most 1; the last row is 1.

    A value is about all images at once, so there is one column and not one for each image.

    Source: see `cka_between`. Raises ValueError for fewer than 4 images.
    """
    return cka_between(subject.features, subject.features[-1:])


def linear_cka(x: Tensor, y: Tensor) -> float:
    """Linear CKA of features x (n, d1) and y (n, d2) of the same n images; see `cka_between`."""
    return float(cka_between([x], [y]))


def cka_between(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    """Linear CKA between all layers of two models that saw the same images.

    CKA(x, y) = HSIC(x, y) / sqrt(HSIC(x, x) HSIC(y, y)) of the Gram matrices x x^T and y y^T. HSIC is estimated without
    bias, so features that have nothing to do with each other come out about 0 however wide they are, below it as well as
    above.

    first, second: features (n, width) of each layer, rows in the same order; widths may differ. Returns (layers of first, layers
    of second), at most 1 in size, double precision; NaN for a layer whose features are the same for all images.

    Source: Kornblith et al. 2019, section 3 (linear CKA); Nguyen, Raghu and Kornblith 2021, section 3 (with the unbiased
    estimator of Song et al. 2012).

    Raises ValueError for different numbers of images or fewer than 4.
    """
    import torch

    shapes = [tuple(layer.shape) for layer in (*first, *second)]
    counts = {shape[0] for shape in shapes}
    if {len(shape) for shape in shapes} != {2} or len(counts) != 1 or min(counts) < FEWEST_IMAGES:
        raise ValueError(
            f"features have shapes {shapes}; wanted (images, width) of each layer, the same images, at least {FEWEST_IMAGES}"
        )
    return torch.stack([unit_gram(layer) for layer in first]) @ torch.stack([unit_gram(layer) for layer in second]).mT


def unit_gram(features: Tensor) -> Tensor:
    """The U-centred Gram matrix (n * n,) of features (n, width), of norm 1.

    The inner product of two U-centred matrices is n (n - 3) times the unbiased HSIC (Szekely and Rizzo 2014 for the
    centring), so that inner products of unit ones are CKA.
    """
    import torch

    count = len(features)
    centred = features.double() - features.double().mean(0)  # changes nothing but the rounding
    different = 1 - torch.eye(count, dtype=torch.float64)
    grams = (centred @ centred.mT) * different
    rows = grams.sum(-1, keepdim=True) / (count - 2)
    total = rows.sum() / (count - 1)
    flat = ((grams - rows - rows.mT + total) * different).flatten()
    unit: Tensor = flat / flat.norm()
    return unit
