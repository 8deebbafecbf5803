"""One layer removed: the layer after it gets what the layer before it gives."""

from __future__ import annotations

from typing import Any

from checker.errors import MeasurementError
from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Recipe, Setting


def apply(module: Any, number: Setting) -> None:
    """Take away block `number`, counted from 1. Raises MeasurementError where there is no such block, or no other one."""
    from torch import nn

    blocks = list(module.blocks)
    if number > len(blocks) or len(blocks) == 1:
        raise MeasurementError(f"layer {number} cannot be removed: it has {len(blocks)}")
    del blocks[int(number) - 1]
    module.blocks = nn.Sequential(*blocks)


def refuses(recipe: Recipe, number: Setting) -> str:
    depth = recipe.architecture.depth
    return f"it has {depth} layer{'s' if depth > 1 else ''}" if number > depth or depth == 1 else ""


add(
    Intervention(
        name="layer removed",
        title="layer n taken away, counted from 1, without training after it",
        least=1,
        most=48,
        module=__name__,
        nouns=("removing layer {}",),
        phrases=(
            "without layer {}",
            "with layer {} removed",
        ),
        apply=apply,
        refuses=refuses,
        needs=frozenset({"tokens"}),
    )
)
