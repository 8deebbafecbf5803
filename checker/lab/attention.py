"""Exact attention maps of any timm transformer with global token-to-token attention.

Fused attention never materialises its map, so the call itself is intercepted: query and key arrive after any q/k norm and rotary
embedding, together with any bias. The call is answered with softmax(q k^T * scale + bias) v, a few images at a time, and each
map is shown on its way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from checker.errors import MeasurementError
from checker.lab.encoder import Encoder

MAP_ELEMENTS = 2**21  # of the maps that are held at once: 8 MB, or one image's where that is more

Visit = Callable[[int, slice, Tensor], None]  # (block, images, attention (images, heads, tokens, tokens) in float32)


class _AllSeenError(Exception):
    """Raised inside to end a forward pass whose rest nobody asked for."""


class _Interceptor(TorchFunctionMode):
    """Hands the attention of each self-attention call over `tokens` tokens to `visit`, in order, and ends after `last` calls."""

    def __init__(self, tokens: int, visit: Visit, last: int | None) -> None:
        self.tokens, self.visit, self.last, self.calls = tokens, visit, last, 0
        self.block = -1  # in which the pass is

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is F.scaled_dot_product_attention:
            query, key, value = args[:3]
            if query.shape[-2] == key.shape[-2] == self.tokens:
                bias = kwargs.get("attn_mask", args[3] if len(args) > 3 else None)
                self.calls += 1
                if self.block != self.calls - 1:  # a second call in one block, or one outside of all
                    return func(*args, **kwargs)
                return self._attend(query, key, value, bias, kwargs.get("scale") or 1 / math.sqrt(query.shape[-1]))
        return func(*args, **kwargs)

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, scale: float) -> Tensor:
        batch, heads = query.shape[:2]
        step = max(1, MAP_ELEMENTS // (heads * self.tokens**2))
        answer = []
        for start in range(0, batch, step):
            rows = slice(start, min(start + step, batch))
            logits = (query[rows].float() * scale) @ key[rows].float().transpose(-2, -1)
            if bias is not None:
                part = bias[rows] if bias.ndim == 4 and bias.shape[0] == batch else bias
                logits = logits.masked_fill(~part, -math.inf) if part.dtype == torch.bool else logits.add_(part)
            maps = logits.softmax(-1)
            del logits
            self.visit(self.calls - 1, rows, maps)
            if self.calls != self.last:
                answer.append(maps.to(value.dtype) @ value[rows])
        if self.calls == self.last:
            raise _AllSeenError
        return torch.cat(answer)


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
def visit_attention(encoder: Encoder, images: Tensor, visit: Visit, whole: bool = False) -> None:
    """Run prepared `images` (batch, 3, size, size) through a model, handing each block's attention to `visit` in order. The pass
    ends with the last map, unless the `whole` of it is wanted.

    Raises MeasurementError when the model does not make exactly one global attention call in each block, so that a result
    is never silently empty.
    """
    interceptor = _Interceptor(encoder.tokens, visit, None if whole else encoder.depth)
    with ExitStack() as stack:
        for index, block in enumerate(encoder.module.blocks):
            hook = block.register_forward_pre_hook(lambda *_, index=index: setattr(interceptor, "block", index))
            stack.callback(hook.remove)
        stack.enter_context(_fused(encoder.module))
        stack.enter_context(interceptor)
        stack.enter_context(suppress(_AllSeenError))
        encoder.module.forward_features(images)
    if interceptor.calls != encoder.depth:
        raise MeasurementError(
            f"{encoder.name}: {type(encoder.module).__name__} made {interceptor.calls} global attention calls over "
            f"{encoder.tokens} tokens in {encoder.depth} blocks; attention metrics need one in each block"
        )
