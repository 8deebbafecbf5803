"""What can be read out of a model: the features of clean pictures, and linear probes of the data's factors fitted on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from checker.lab.probing import LinearProbe, Scaler

if TYPE_CHECKING:
    import numpy as np

    from checker.lab.data import Split

PROBE_PICTURES = 2000  # of the split "probe-train", as many as the gate of competence fits its probes on


@dataclass
class Readout:
    """Features of the pictures that probes are fitted on, and those probes, each fitted when it is first asked for.

    `features` (pictures, width) after each layer; `split` holds the same pictures with their
    factors; `levels` names the levels of each factor that is probed.
    """

    features: Sequence[Tensor]
    split: Split
    levels: Mapping[str, tuple[str, ...]]
    _probes: dict[tuple[int, str], LinearProbe] = field(default_factory=dict)

    def scaled(self, block: int, features: Tensor) -> Tensor:
        """Features (n, width) of a block, brought to the mean and spread of the pictures that probes are fitted on."""
        return Scaler.of(self.features[block])(features)

    def probe(self, block: int, factor: str) -> LinearProbe:
        """The probe of a factor on the scaled features of a block."""
        if (block, factor) not in self._probes:
            labels = torch.from_numpy(self.split.factors[factor])
            seen = self.scaled(block, self.features[block])
            self._probes[block, factor] = LinearProbe.fit(seen, labels, len(self.levels[factor]))
        return self._probes[block, factor]

    def share_right(self, block: int, features: Tensor, answers: Mapping[str, np.ndarray]) -> Tensor:
        """The share of factors that the probes of a block name right in each picture.

        features (n, width), not scaled; answers: factor -> (n,). Returns (n,), double precision, in [0, 1].
        """
        scaled = self.scaled(block, features)
        right = [self.probe(block, name)(scaled) == torch.from_numpy(answers[name]) for name in self.levels]
        return torch.stack(right).double().mean(0)
