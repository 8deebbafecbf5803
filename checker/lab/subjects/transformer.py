"""A plain vision transformer as a subject: it gives attention maps and tokens, and features after each block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import ClassVar

import torch
from torch import Tensor

from checker.lab.encoder import Encoder
from checker.lab.metric import Needs
from checker.lab.subjects.base import Subject, batches


def watch_tokens(encoder: Encoder, visit: Callable[[int, Tensor], None]) -> ExitStack:
    """While the returned context lasts, hand each block's output (batch, tokens, width) to `visit`, in order."""
    stack = ExitStack()
    for index, block in enumerate(encoder.module.blocks):
        hook = block.register_forward_hook(lambda module, given, out, index=index: visit(index, out))
        stack.callback(hook.remove)
    return stack


@torch.inference_mode()
def token_maps(encoder: Encoder, images: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Every block's output for images (n, 3, H, W): rows and (depth, batch, prefix + L, width), a batch at a time."""
    for rows, batch in batches(encoder, images):
        blocks: list[Tensor] = []
        with watch_tokens(encoder, lambda index, tokens, blocks=blocks: blocks.append(tokens)):  # type: ignore[misc]
            encoder.module.forward_features(batch)
        yield rows, torch.stack(blocks)


class Transformer(Subject):
    """A vision transformer whose patches attend to all patches."""

    gives: ClassVar[Needs] = frozenset({"attention", "tokens", "features", "scalars"})

    def pooled(self, images: Tensor) -> tuple[Tensor, ...]:
        """The mean patch token after each block, through the final norm. What probes see."""
        norm = getattr(self.encoder.module, "norm", None) or torch.nn.Identity()
        parts = []
        for _, maps in token_maps(self.encoder, images):
            with torch.inference_mode():
                parts.append(norm(maps[:, :, self.encoder.prefix :]).mean(2).float().cpu())
        return tuple(torch.cat(parts, 1).clone())
