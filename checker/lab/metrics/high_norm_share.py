"""Share of high-norm tokens: how many patch tokens stand out of their image by their norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric
from checker.lab.metrics.base import patch_tokens

if TYPE_CHECKING:
    from torch import Tensor

FACTOR = 3.0  # times the median norm of the image; a norm has to be above it


@metric(
    "high_norm_share",
    title="share of high-norm tokens",
    definition="share of patch tokens whose norm is more than 3 times the median norm of their image",
    source="Darcet et al. 2024, section 2; threshold relative to the image",
    unit="share",
    reads="tokens",
    margin=(0.01, "share"),
    synonyms=(
        "high-norm tokens",
        "high-norm artifacts",
        "high-norm artefacts",
        "artifact tokens",
        "high-norm artifact tokens",
        "high-norm artefact tokens",
        "artefact tokens",
        "high-norm outliers",
        "high-norm outlier tokens",
        "high-norm token share",
        "outlier tokens",
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
    layers="upper half",
    hints=("artifacts", "artefacts", "outliers", "norm", "registers"),
    presence=0.05,
    loose=(
        ("stronger artifacts", "greater"),
        ("more artifacts", "greater"),
        ("fewer artifacts", "less"),
        ("more outliers", "greater"),
        ("fewer outliers", "less"),
    ),
)
def high_norm_share(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """Share of patch tokens whose L2 norm is more than FACTOR times the median norm of the patch tokens of their image.

    The threshold is relative, because an absolute one (150 in the source, for DINOv2) does not carry over to another model.
    The median of an even number of norms is the mean of the two in the middle.

    tokens: (batch, tokens, width), tokens = prefix + rows * columns. grid: (rows, columns). prefix: tokens before the
    patches. Returns (batch,), a share from 0 to 1, below 1/2 by construction; NaN for an image whose median norm is 0 or
    that has a norm that is not finite.

    Source: Darcet et al. 2024, section 2, with a threshold relative to the image.

    Raises ValueError when the shape does not fit the grid.
    """
    import torch

    norms = torch.linalg.vector_norm(patch_tokens(tokens, grid, prefix), dim=-1, dtype=torch.float64)  # (B, L)
    relative = norms / norms.quantile(0.5, dim=-1, keepdim=True)
    # A comparison with NaN is False: without the mask, a broken image would look like one without high norms.
    high: Tensor = (relative > FACTOR).double().where(relative.isfinite(), torch.nan)
    return high.mean(-1)
