"""What metrics of attention and of tokens begin with: the part that is about patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import METRICS, Metric, metric

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["METRICS", "Metric", "metric", "patch_attention", "patch_tokens"]


def patch_attention(attention: Tensor, grid: tuple[int, int], prefix: int) -> Tensor:
    """The patch-to-patch part of attention (batch, heads, tokens, tokens): (batch, heads, L, L), as it is.

    Raises ValueError when the shape does not fit the grid.
    """
    tokens = prefix + grid[0] * grid[1]
    if attention.ndim != 4 or attention.shape[-2:] != (tokens, tokens):
        raise ValueError(f"attention has shape {tuple(attention.shape)}; wanted (batch, heads, {tokens}, {tokens})")
    return attention[:, :, prefix:, prefix:]


def patch_tokens(tokens: Tensor, grid: tuple[int, int], prefix: int) -> Tensor:
    """The patch tokens of (batch, prefix + rows * columns, width): (batch, L, width).

    Raises ValueError when the shape does not fit the grid.
    """
    count = prefix + grid[0] * grid[1]
    if tokens.ndim != 3 or tokens.shape[1] != count:
        raise ValueError(f"tokens have shape {tuple(tokens.shape)}; wanted (batch, {count}, width)")
    return tokens[:, prefix:]
