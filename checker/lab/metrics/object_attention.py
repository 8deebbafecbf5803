"""Object attention: how much the class token looks at the object of a picture, and how well its attention cuts the object out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import AMOUNT, QUALITY, metric
from checker.lab.metrics.attention_entropy import renormalised
from checker.lab.metrics.class_attention_to_self import class_attention

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from checker.lab.subjects import Subject

KEPT = 0.6  # share of its attention that a head's segment holds


@metric(
    "object_attention",
    title="class-token attention on the object",
    definition="share of the class token's attention over the patches that lies within the object's mask, mean over heads",
    source="after Caron et al. 2021, section 4.2.2",
    unit="share",
    reads="model",
    needs=("attention",),
    margin=(0.02, "share"),
    synonyms=(
        "CLS attention on the object",
        "attention of the class token on the object",
        "class-token attention to the object",
        "attention on the object",
    ),
    comparatives=AMOUNT,
    factors=("mask",),
    layers="last 1",
    predicates=(
        ("attends more to the object", "greater"),
        ("attend more to the object", "greater"),
        ("attends more to objects", "greater"),
        ("attend more to objects", "greater"),
        ("attends less to the object", "less"),
        ("attend less to the object", "less"),
    ),
    hints=("object", "objects", "foreground", "background", "mask", "masks", "segmentation", "segments"),
)
def object_attention(subject: Subject) -> Tensor:
    """The share of the class token's attention over the patches that lies within the object: (depth, images), in [0, 1].

    The attention on a patch counts by the share of the patch that the mask marks. Attention is averaged over heads. Uniform
    attention gives the share of the picture that is object, which is the same for all models.

    Source: after Caron et al. 2021, "Emerging Properties in Self-Supervised Vision Transformers", section 4.2.2.

    Raises MeasurementError for a model without class token, and what `object_shares` raises.
    """
    return _by_block(subject, lambda shares, objects: (shares @ objects).mean())


@metric(
    "object_overlap",
    title="overlap of class-token attention with the object",
    definition="Jaccard index of the object's mask and the fewest patches with 60 % of a head's class-token attention, best head",
    source="Caron et al. 2021, section 4.2.2 and figure 4",
    unit="IoU",
    unit_words=("IoU",),
    reads="model",
    needs=("attention",),
    margin=(0.02, "IoU"),
    synonyms=(
        "overlap of class-token attention with object masks",
        "Jaccard similarity of class-token attention",
        "Jaccard index of class-token attention",
        "attention segmentation accuracy",
    ),
    comparatives=QUALITY,
    factors=("mask",),
    layers="last 1",
    predicates=(
        ("segments objects better", "greater"),
        ("segment objects better", "greater"),
        ("segments objects worse", "less"),
        ("segment objects worse", "less"),
    ),
    hints=("object", "objects", "mask", "masks", "segmentation", "segment", "segments", "Jaccard"),
)
def object_overlap(subject: Subject) -> Tensor:
    """The Jaccard index of the object's mask and what the class token looks at, of the best head: (depth, images), in [0, 1].

    A head's segment is the patches that it looks at most, as few as hold KEPT of its attention over the patches. Intersection
    and union are areas in pixels; of the heads of a block the one that fits the picture best counts, as the authors choose.

    Source: Caron et al. 2021, section 4.2.2 (Jaccard similarity of masks that keep 60 % of the attention; the segment as in
    their visualize_attention.py).

    Raises MeasurementError for a model without class token, and what `object_shares` raises.
    """
    return _by_block(subject, lambda shares, objects: jaccard(shares, objects).max())


def jaccard(shares: Tensor, objects: Tensor) -> Tensor:
    """Jaccard index of each head's segment and the object: attention shares (..., L), share of each patch that is object (L,)
    -> (...)."""
    area = segment(shares).to(objects)
    both = area @ objects
    return both / (area.sum(-1) + objects.sum() - both)


def segment(shares: Tensor) -> Tensor:
    """The patches with the most attention, as few as hold KEPT of it: shares (..., L), each row summing to 1 -> bool (..., L).

    Patches are taken from the least on while they hold at most 1 - KEPT together, as the authors' code leaves them out.
    """
    least_first, order = shares.double().sort(dim=-1, stable=True)
    kept = least_first.cumsum(-1) > 1 - KEPT
    return kept.gather(-1, order.argsort(-1))


def _by_block(subject: Subject, value: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """`value` of the class token's attention shares (heads, L) and the object's share of each patch (L,), for each block and
    picture: (depth, images)."""
    import torch

    from checker.lab.attention import visit_attention
    from checker.lab.objects import object_shares
    from checker.lab.subjects import batches

    encoder, objects = subject.encoder, object_shares(subject).flatten(1)
    found = torch.full((encoder.depth, len(objects)), torch.nan, dtype=torch.float64)
    for rows, pictures in batches(encoder, subject.images):

        def see(block: int, part: slice, attention: Tensor, start: int = rows.start) -> None:
            looked, _ = renormalised(class_attention(attention, encoder.grid, encoder.prefix)[:, :, 0, encoder.prefix :])
            for image, shares in enumerate(looked.double().cpu(), start + part.start):
                found[block, image] = value(shares, objects[image])

        visit_attention(encoder, pictures, see)
    return found
