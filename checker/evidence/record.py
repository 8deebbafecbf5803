"""What all parts of a record have in common: how they are read, and the numbers in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 2**53  # whole numbers that a float holds exactly
BEYOND = 1e100  # no measurement is as large; its square still fits a float

Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Amount = Annotated[float, Field(ge=-BEYOND, le=BEYOND)]
Share = Annotated[float, Field(ge=0, le=1)]
Row = Annotated[tuple[Whole | Amount, ...], Field(min_length=1, fail_fast=True)]
Table = Annotated[tuple[Row, ...], Field(min_length=1, fail_fast=True)]


class Record(BaseModel):
    """A part of a record: it does not change, and a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
