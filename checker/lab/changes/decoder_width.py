"""Decoder width: how many channels a token has in the decoder of a masked autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.lab.changes.base import Knob, add
from checker.lab.recipes import Recipe, Setting

WIDTH = {"mae": 64}  # of the decoder of each objective that has one
HEADS = 4  # of its attention


def constants(width: Setting) -> Mapping[str, Any]:
    return {"DECODER_WIDTH": int(width)}


def refuses(recipe: Recipe, width: Setting) -> str:
    return "" if width % HEADS == 0 else f"the {HEADS} heads of its decoder do not share {width} channels evenly"


add(
    Knob(
        name="decoder width",
        title="channels of a token in the decoder of a masked autoencoder (He et al. 2022, table 1b)",
        least=16,
        most=256,
        unit="channel",
        module=__name__,
        rising=("wider the decoder",),
        levels=(16, 32, 64, 128),
        phrases=("with a decoder of width {}",),
        synonyms=("width of the decoder",),
        default=lambda recipe: WIDTH.get(recipe.objective),
        lacks="no decoder",
        constants=constants,
        refuses=refuses,
    )
)
