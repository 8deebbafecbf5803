"""How far the map of patch tokens is from moving along with the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from checker.lab.encoder import Encoder
from checker.lab.subjects import Subject, batches, watch_tokens


@dataclass(frozen=True)
class Motion:
    """A motion of pictures and what it does to maps of patch tokens.

    `move`: prepared pictures (batch, 3, size, size) to moved ones. `meet`: the maps (batch, rows, columns, width) of the
    pictures at rest and of the moved ones, to the parts of both that show the same content, laid out alike.
    """

    move: Callable[[Tensor], Tensor]
    meet: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


@torch.inference_mode()
def equivariance_error(subject: Subject, motions: Sequence[Motion]) -> Tensor:
    """Mean squared difference between the token maps at rest and moved back, averaged over motions: (depth, images).

    It is divided by twice the variance of the block's tokens at rest, which is their mean squared deviation, over channels,
    from their mean over images and positions. So 0 is an equivariant map, and unrelated maps of the same distribution give 1
    on average. Tokens that are the same everywhere have no variance and give NaN.
    """
    encoder = subject.encoder
    shape = (encoder.depth, len(subject.images))
    errors, within = (torch.zeros(shape, dtype=torch.float64) for _ in range(2))
    means: list[Tensor] = []
    for rows, pictures in batches(encoder, subject.images):
        rest: list[Tensor] = []
        with watch_tokens(encoder, lambda block, tokens, rest=rest: rest.append(_map(encoder, tokens))):  # type: ignore[misc]
            encoder.module.forward_features(pictures)
        means.append(torch.stack([tokens.mean((1, 2), dtype=torch.float64) for tokens in rest]))
        within[:, rows] = torch.stack([tokens.double().var((1, 2), correction=0).mean(-1) for tokens in rest])
        for motion in motions:

            def see(block: int, tokens: Tensor, where: slice = rows, of: Motion = motion, rest: list[Tensor] = rest) -> None:
                at_rest, moved = of.meet(rest[block], _map(encoder, tokens))
                errors[block, where] += (at_rest - moved).double().square().mean((1, 2, 3)) / len(motions)

            with watch_tokens(encoder, see):
                encoder.module.forward_features(motion.move(pictures))
    between = torch.cat(means, 1).var(1, correction=0).mean(-1)
    return errors / (2 * (within.mean(1) + between))[:, None]


def _map(encoder: Encoder, tokens: Tensor) -> Tensor:
    """Tokens (batch, prefix + L, width) as a map of patches: (batch, rows, columns, width)."""
    patches = tokens[:, encoder.prefix :]
    return patches.reshape(len(patches), *encoder.grid, -1)
