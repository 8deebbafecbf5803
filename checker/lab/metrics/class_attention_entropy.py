"""Class-token attention entropy: over how many patches the class token spreads its attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import attention_metric
from checker.lab.metrics.attention_entropy import mean_entropy
from checker.lab.metrics.class_attention_to_self import class_attention

if TYPE_CHECKING:
    from torch import Tensor


@attention_metric(
    "class_attention_entropy",
    title="class-token attention entropy",
    definition="entropy in nats of the class token's attention over the patches",
    source="Clark et al. 2019, section 3.3, over patches alone",
    unit="nats",
    unit_words=("nat", "nats"),
    synonyms=("CLS attention entropy",),
)
def class_attention_entropy(attention: Tensor, grid: tuple[int, int], patch: int, prefix: int = 1) -> Tensor:
    """Entropy of the class token's attention over the patches, in nats.

    With q_j the attention of the class token on patch j divided by its sum over patches, the value is sum_j -q_j ln q_j,
    where 0 ln 0 = 0: 0 where it looks at a single patch, ln L where it looks at all L alike.

    attention: (batch, heads, tokens, tokens), tokens = prefix + rows * columns, the class token first.
    grid: (rows, columns). patch: not used. prefix: tokens before the patches.
    Returns (batch, heads), nats, double precision; NaN where the class token looks at no patch.

    Source: Clark et al. 2019, section 3.3 (entropy of the attention from the class token), here over patches alone.

    Raises ValueError when the shape does not fit the grid, MeasurementError for a model without class token.
    """
    return mean_entropy(class_attention(attention, grid, prefix)[..., prefix:])
