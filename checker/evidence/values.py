"""The values of a run: what was measured, reduced to what decides."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from checker.evidence.record import Record, Table

LAYER = r"^layer [1-9][0-9]{0,3}$"


class Values(Record):
    """What is kept of one metric of one model, in the metric's unit."""

    layers: Table
    """(seeds, layers): the mean over the images; one layer for a metric of the whole model."""
    images: Table | Annotated[dict[Annotated[str, Field(pattern=LAYER)], Table], Field(min_length=1)]
    """(seeds, images): what the decision is made of, the mean over the layers of the claim, or 1 where an image shows what is
    claimed and else 0. By the name of the layer, "layer 1", where each layer is asked by itself."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of `images`: one, or one a layer."""
        return tuple(self.images.values()) if isinstance(self.images, dict) else (self.images,)

    @property
    def depth(self) -> int:
        """The number of layers measured."""
        return len(self.layers[0])

    @property
    def count(self) -> int:
        """The number of images measured."""
        return len(self.tables[0][0])

    def means(self) -> list[float]:
        """The mean of each seed over images, and over layers where they are kept apart."""
        rows = ([value for table in self.tables for value in table[seed]] for seed in range(len(self.layers)))
        return [sum(row) / len(row) for row in rows]

    @model_validator(mode="after")
    def _tables_are_whole(self) -> Values:
        for table in (self.layers, *self.tables):
            if len(table) != len(self.layers):
                raise ValueError(f"`layers` has {len(self.layers)} seeds and `images` {len(table)}")
            if len({len(row) for row in table}) > 1:
                raise ValueError("the rows of a table are not of one length")
        if len({len(table[0]) for table in self.tables}) > 1:
            raise ValueError("not every layer has the same number of images")
        return self
