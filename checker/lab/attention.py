"""Exact attention maps of any timm transformer with global token-to-token attention.

Fused attention never materialises its map, so the call itself is intercepted: query and key arrive after any q/k norm
and rotary embedding, together with any bias, and softmax(q k^T * scale + bias) is recomputed beside the call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from checker.errors import MeasurementError

Visit = Callable[[int, Tensor], None]  # (block, attention (batch, heads, tokens, tokens))


class _Interceptor(TorchFunctionMode):
    """Hands the attention of each self-attention call over `tokens` tokens to `visit`, in order."""

    def __init__(self, tokens: int, visit: Visit) -> None:
        self.tokens, self.visit, self.calls = tokens, visit, 0

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is F.scaled_dot_product_attention:
            query, key = args[0], args[1]
            if query.shape[-2] == key.shape[-2] == self.tokens:
                bias = kwargs.get("attn_mask", args[3] if len(args) > 3 else None)
                scale = kwargs.get("scale") or 1 / math.sqrt(query.shape[-1])
                logits = (query @ key.transpose(-2, -1)).float() * scale
                if bias is not None:
                    logits = logits.masked_fill(~bias, -math.inf) if bias.dtype == torch.bool else logits + bias
                self.visit(self.calls, logits.softmax(-1))
                self.calls += 1
        return func(*args, **kwargs)


@contextmanager
def _fused(model: nn.Module) -> Iterator[None]:
    """Make every attention of `model` take the call that can be seen, and put things back afterwards."""
    touched: list[Any] = [m for m in model.modules() if getattr(m, "fused_attn", None) is False]
    for module in touched:
        module.fused_attn = True
    try:
        yield
    finally:
        for module in touched:
            module.fused_attn = False


@torch.inference_mode()
def visit_attention(model: VisionTransformer, images: Tensor, visit: Visit) -> None:
    """Run normalised `images` (batch, 3, H, W) through `model`, handing each block's attention to `visit` in order.

    Raises MeasurementError when the model does not make exactly one global attention call per block, so that a result
    is never silently empty.
    """
    grid = model.patch_embed.grid_size
    tokens = model.num_prefix_tokens + grid[0] * grid[1]
    interceptor = _Interceptor(tokens, visit)
    with _fused(model), interceptor:
        model.forward_features(images)
    if interceptor.calls != len(model.blocks):
        raise MeasurementError(
            f"{type(model).__name__}: {interceptor.calls} global attention calls over {tokens} tokens in "
            f"{len(model.blocks)} blocks; attention metrics need one in each block"
        )
