"""Resolution: a trained model sees larger or smaller pictures than it was trained on."""

from __future__ import annotations

from typing import Any

from checker.errors import MeasurementError
from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Recipe, Setting


def apply(module: Any, pixels: Setting) -> None:
    """Take pictures of `pixels` x `pixels`: as large patches as before, more or fewer of them, and position embeddings that are
    interpolated (timm: bicubic, antialiased).

    Raises MeasurementError where the patches do not tile the picture, or the model takes one size only.
    """
    patch = module.patch_embed.patch_size[0]
    if pixels % patch:
        raise MeasurementError(f"patches of {patch} pixels do not tile a picture of {pixels}")
    if not hasattr(module, "set_input_size"):
        raise MeasurementError(f"{type(module).__name__} takes pictures of one size only")
    module.set_input_size(img_size=(int(pixels), int(pixels)))


def refuses(recipe: Recipe, pixels: Setting) -> str:
    patch = recipe.architecture.patch_size
    return f"its patches of {patch} pixels do not tile such a picture" if pixels % patch else ""


add(
    Intervention(
        name="resolution",
        title="the edge of the pictures that a trained model sees; its position embeddings are interpolated",
        least=8,
        most=1024,
        unit="pixel",
        module=__name__,
        phrases=(
            "at a resolution of {}",
            "at an input resolution of {}",
        ),
        synonyms=("input resolution", "image resolution"),
        apply=apply,
        refuses=refuses,
        needs=frozenset({"tokens"}),
    )
)
