"""Position embeddings of a trained model: set to zero, or given to other patches."""

from __future__ import annotations

from typing import Any

from checker.errors import MeasurementError
from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Setting

ZERO, SHUFFLED = 0, 1
SEED = 0  # of the order, the same one for all models with as many patches


def apply(module: Any, what: Setting) -> None:
    """Set the learned embeddings of the patches' positions to zero, or permute them among the patches, in one random order.
    Those of the class token and of registers, which mark no place, stay.

    Raises MeasurementError for a model without learned embeddings, and for one that knows places otherwise as well: then they
    are not taken away.
    """
    import torch

    positions = getattr(module, "pos_embed", None)
    if not isinstance(positions, torch.nn.Parameter):
        raise MeasurementError(f"{type(module).__name__} has no learned position embeddings")
    if getattr(module, "rope", None) is not None or getattr(module, "rel_pos_bias", None) is not None:
        raise MeasurementError(f"{type(module).__name__} knows positions by more than their embeddings")
    patches = positions[:, positions.shape[1] - module.patch_embed.num_patches :]
    with torch.no_grad():
        if what == ZERO:
            patches.zero_()
        else:
            order = torch.randperm(patches.shape[1], generator=torch.Generator().manual_seed(SEED))
            patches.copy_(patches[:, order.to(patches.device)].clone())


add(
    Intervention(
        name="position embeddings",
        title="the learned embeddings of the patches' positions, set to zero or given to other patches in a random order",
        least=ZERO,
        most=SHUFFLED,
        module=__name__,
        nouns=(
            "setting the position embeddings to zero=zero",
            "zeroing the position embeddings=zero",
            "shuffling the position embeddings=shuffled",
        ),
        phrases=(
            "with its position embeddings set to zero=zero",
            "with position embeddings set to zero=zero",
            "with positional embeddings set to zero=zero",
            "with zeroed position embeddings=zero",
            "with its position embeddings shuffled=shuffled",
            "with shuffled position embeddings=shuffled",
            "with shuffled positional embeddings=shuffled",
        ),
        words=(("zero", ZERO), ("shuffled", SHUFFLED)),
        apply=apply,
        needs=frozenset({"tokens"}),
    )
)
