"""What a metric sees: a model, the pictures that it is asked about, and what the model gives of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from checker.errors import MeasurementError
from checker.lab.checkpoints import Card
from checker.lab.data import Dataset, Split
from checker.lab.encoder import Encoder
from checker.lab.metric import Needs
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


@dataclass
class Subject(ABC):
    """A model and a data set, of which `count` pictures are measured. `gives` says what can be taken from the model; a metric
    that needs more refuses it. `card` is known of a model that was trained here. `splits` holds the pictures that were drawn;
    subjects with the same data and input size may share it.
    """

    encoder: Encoder
    data: Dataset
    count: int
    card: Card | None = None
    splits: dict[tuple[str, int], Split] = field(default_factory=dict)

    gives: ClassVar[Needs]

    @abstractmethod
    def pooled(self, images: Tensor) -> tuple[Tensor, ...]:
        """Features of images (n, 3, H, W) after each layer: (n, width), the width of that layer."""

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
    def features(self) -> tuple[Tensor, ...]:
        """`pooled` of the images, layer by layer: (count, width) each."""
        return self.pooled(self.images)

    @cached_property
    def readout(self) -> Readout:
        """Probes of the data's factors, fitted once on clean pictures. Raises MeasurementError where no factor is known."""
        if not self.data.factors:
            raise MeasurementError(f"{self.data.title}: no factor of the pictures is known, so no probe can be fitted on them")
        split = self.split("probe-train", PROBE_PICTURES)
        return Readout(self.pooled(torch.from_numpy(split.images)), split, self.data.factors)

    @cached_property
    def scalars(self) -> Mapping[str, float]:
        """Numbers about the model itself: `parameters`, each shared one once; of a model that was trained here also `images_seen`
        and `cpu_seconds`."""
        card = {} if self.card is None else {"images_seen": self.card.images_seen, "cpu_seconds": self.card.cpu_seconds}
        return {"parameters": sum(parameter.numel() for parameter in self.encoder.module.parameters()), **card}
