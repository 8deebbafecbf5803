"""Patch size: the edge of the squares that a picture is cut into, each of which becomes a token."""

from __future__ import annotations

from checker.lab.changes.base import Knob, add, in_architecture
from checker.lab.recipes import Recipe, Setting


def refuses(recipe: Recipe, value: Setting) -> str:
    size, local = recipe.architecture.image_size, 16  # pixels of a picture, and of a local crop of DINO
    if size % value or local % value:
        return f"patches of {value} pixels do not tile pictures of {size} and crops of {local}"
    return ""


add(
    Knob(
        name="patch size",
        title="the edge of a patch in pixels",
        least=2,
        most=8,
        unit="pixel",
        synonyms=("size of the patches",),
        module=__name__,
        rising=(
            "larger the patches",
            "larger the patch size",
        ),
        levels=(2, 4, 8),
        phrases=("with patches of {}",),
        default=lambda recipe: recipe.architecture.patch_size,
        change=in_architecture("patch_size"),
        refuses=refuses,
    )
)
