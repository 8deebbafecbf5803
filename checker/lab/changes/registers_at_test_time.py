"""Registers at test time: those that a model was trained with are left out."""

from __future__ import annotations

from typing import Any

from checker.errors import MeasurementError
from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Recipe, Setting


def apply(module: Any, _: Setting) -> None:
    """Leave the registers out, with their position embeddings where they have some; the other tokens stay.

    Raises MeasurementError for a model that has none.
    """
    import torch

    count = getattr(module, "num_reg_tokens", 0)
    if not count:
        raise MeasurementError(f"{type(module).__name__} has no registers")
    before = module.num_prefix_tokens - count
    if not module.no_embed_class:
        positions = module.pos_embed
        kept = torch.cat([positions[:, :before], positions[:, module.num_prefix_tokens :]], 1)
        module.pos_embed = torch.nn.Parameter(kept, requires_grad=False)
    module.reg_token, module.num_reg_tokens, module.num_prefix_tokens = None, 0, before


def refuses(recipe: Recipe, _: Setting) -> str:
    return "" if recipe.architecture.registers else "it has no registers"


add(
    Intervention(
        name="registers at test time",
        title="the registers that a model was trained with, left out",
        least=0,
        most=0,
        module=__name__,
        phrases=(
            "without registers at test time=none",
            "with its registers left out at test time=none",
        ),
        words=(("none", 0),),
        apply=apply,
        refuses=refuses,
        needs=frozenset({"tokens"}),
    )
)
