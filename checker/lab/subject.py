"""What a model metric sees: an encoder, the data it is asked about, and features that are computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.checkpoints import Card
from checker.lab.data import Dataset, Split
from checker.lab.encoder import Encoder
from checker.lab.readout import PROBE_PICTURES, Readout

BATCH = 32  # images in one forward pass of a small model; fewer of a large one
TOKEN_ELEMENTS = 2**22  # tokens times width that one batch may hold in a block


def batches(encoder: Encoder, images: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Images (n, 3, H, W), uint8 or in [0, 1], prepared a batch at a time, with the rows that they are."""
    width = int(getattr(encoder.module, "embed_dim", 64))
    step = max(1, min(BATCH, TOKEN_ELEMENTS // (encoder.tokens * width)))
    for start in range(0, len(images), step):
        rows = slice(start, min(start + step, len(images)))
        yield rows, encoder.prepare(images[rows])


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


def pooled(encoder: Encoder, images: Tensor) -> Tensor:
    """The mean patch token after each block, through the final norm: (depth, images, width). What probes see."""
    norm = getattr(encoder.module, "norm", None) or torch.nn.Identity()
    parts = []
    for _, maps in token_maps(encoder, images):
        with torch.inference_mode():
            parts.append(norm(maps[:, :, encoder.prefix :]).mean(2).float().cpu())
    return torch.cat(parts, 1).clone()


@dataclass
class Subject:
    """An encoder and a data set. `count` pictures are measured; `card` is known of a model that was trained here. `splits` holds
    what was drawn; subjects with the same data and input size may share it."""

    encoder: Encoder
    data: Dataset
    count: int
    card: Card | None = None
    splits: dict[tuple[str, int], Split] = field(default_factory=dict)

    def split(self, name: str, count: int) -> Split:
        """`count` pictures of a split, with their factors: the same ones whoever asked before, and for what."""
        if (name, count) not in self.splits:
            self.splits[name, count] = self.data.split(name, count, self.encoder.size)
        return self.splits[name, count]

    @cached_property
    def images(self) -> Tensor:
        """What is measured, as it is drawn: (count, 3, H, W) uint8."""
        return torch.from_numpy(self.split("measure", self.count).images)

    @cached_property
    def features(self) -> Tensor:
        """`pooled` of the images: (depth, count, width)."""
        return pooled(self.encoder, self.images)

    @cached_property
    def readout(self) -> Readout:
        """Probes of the data's factors, fitted once on clean pictures. Raises MeasurementError where no factor is known."""
        if not self.data.factors:
            raise MeasurementError(f"{self.data.title}: no factor of the pictures is known, so no probe can be fitted on them")
        split = self.split("probe-train", PROBE_PICTURES)
        return Readout(pooled(self.encoder, torch.from_numpy(split.images)), split, self.data.factors)
