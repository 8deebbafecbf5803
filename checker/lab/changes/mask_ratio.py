"""Mask ratio: the share of the patches that are hidden from the encoder, or replaced in it, and have to be restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting

RATIO = {"mae": 75, "simmim": 60, "lut": 75}  # in percent, of each objective that has one


def constants(percent: Setting) -> Mapping[str, Any]:
    return {"MASK_RATIO": percent / 100}


def refuses(recipe: Recipe, percent: Setting) -> str:
    if recipe.objective == "lut" and percent < 50:
        return "its two views show different patches, so each hides at least 50 %"
    grid = recipe.architecture.grid[0] * recipe.architecture.grid[1]
    hidden = int(grid * percent / 100)
    return "" if 0 < hidden < grid else f"of its {grid} patches that hides {hidden}"


add(
    Knob(
        name="mask ratio",
        title="the share of the patches that are hidden in training (He et al. 2022, figure 5)",
        least=1,
        most=99,
        unit="%",
        whole=False,
        module=__name__,
        rising=(
            "higher the mask ratio",
            "larger the mask ratio",
            "higher the masking ratio",
        ),
        levels=(25, 50, 75, 90),
        phrases=(
            "masking {} of the patches",
            "with {} masking",
            "with {} of the patches masked",
        ),
        synonyms=("masking ratio", "share of masked patches"),
        default=lambda recipe: RATIO.get(recipe.objective),
        lacks="no masked patches to restore at a ratio of their own",
        constants=constants,
        refuses=refuses,
    )
)
