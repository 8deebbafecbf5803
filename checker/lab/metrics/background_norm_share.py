"""Share of high-norm tokens in the background: the high-norm tokens of a picture that no object explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric
from checker.lab.metrics.base import patch_tokens
from checker.lab.metrics.high_norm_share import FACTOR

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "background_norm_share",
    title="share of high-norm tokens in the background",
    definition="share of patch tokens that show no object and whose norm is more than 3 times the median norm of their image",
    source="Darcet et al. 2024, section 2; masks of the data, threshold relative to the image",
    unit="share",
    reads="model",
    needs=("tokens",),
    margin=(0.01, "share"),
    synonyms=(
        "high-norm tokens in the background",
        "high-norm background tokens",
        "high-norm artifacts in the background",
        "high-norm artefacts in the background",
        "outlier tokens in the background",
    ),
    comparatives=(
        ("higher", "greater"),
        ("larger", "greater"),
        ("greater", "greater"),
        ("more", "greater"),
        ("lower", "less"),
        ("smaller", "less"),
        ("fewer", "less"),
    ),
    factors=("mask",),
    layers="upper half",
    presence=0.05,
    hints=("artefacts", "artifacts", "background", "outliers", "high-norm"),
)
def background_norm_share(subject: Subject) -> Tensor:
    """The share of all patch tokens that lie wholly on the background and have a high norm: (depth, images), from 0 to 1/2.

    A norm is high as for `high_norm_share`, of which this is the part without a pixel of the object. The artefacts of Darcet et
    al. lie where a picture says little; a norm that is high on the object may only tell where the object is.

    Source: Darcet et al. 2024, "Vision Transformers Need Registers", section 2 (high-norm tokens appear where patches are
    redundant).

    Raises what `object_shares` raises. NaN for an image whose median norm is 0 or that has a norm that is not finite.
    """
    import torch

    from checker.lab.objects import object_shares
    from checker.lab.subjects import token_maps

    encoder, background = subject.encoder, object_shares(subject).flatten(1) == 0
    found = torch.full((encoder.depth, len(background)), torch.nan, dtype=torch.float64)
    for rows, maps in token_maps(encoder, subject.images):
        for block, tokens in enumerate(maps.float()):
            patches = patch_tokens(tokens.cpu(), encoder.grid, encoder.prefix)
            norms = torch.linalg.vector_norm(patches, dim=-1, dtype=torch.float64)
            relative = norms / norms.quantile(0.5, dim=-1, keepdim=True)
            high = ((relative > FACTOR) & background[rows]).double().where(relative.isfinite(), torch.nan)
            found[block, rows] = high.mean(-1)
    return found
