"""The values of a run: what was measured, reduced to what decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from checker.evidence.record import Record, Table

LAYER = r"^layer [1-9][0-9]{0,3}$"
TOLERANCE = 1e-3  # of a value: the same measurement on another processor differs by less
DIGITS, LAST_DIGIT = 4, 1.5e-4  # values that are measured are kept to four decimals
FLIPPED = 0.01  # of the images whose value is an answer, 0 or 1: nearly tied ones come out either way


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

    def first(self, seeds: int) -> Values:
        """The values of the first seeds alone."""
        images = self.images
        kept = {name: table[:seeds] for name, table in images.items()} if isinstance(images, dict) else images[:seeds]
        return self.model_copy(update={"layers": self.layers[:seeds], "images": kept})


@dataclass(frozen=True)
class Difference:
    """Where two tables of values differ most: the recorded number and the new one, and of what."""

    of: str
    recorded: float
    new: float


def agree(old: Mapping[str, Values], new: Mapping[str, Values]) -> bool:
    """Whether two tables of values, by model, are the same but for rounding."""
    return old == new or difference_of(old, new) is None


def difference_of(old: Mapping[str, Values], new: Mapping[str, Values]) -> Difference | None:
    """How two tables of values, by model, differ by more than rounding; None where they do not."""
    if old.keys() != new.keys():
        return Difference("the number of models", len(old), len(new))
    found = (_between(name, values, new[name]) for name, values in old.items() if values != new[name])
    return max(filter(None, found), key=lambda each: abs(each.new - each.recorded), default=None)


def _between(name: str, old: Values, new: Values) -> Difference | None:
    if isinstance(old.images, dict) != isinstance(new.images, dict) or len(old.tables) != len(new.tables):
        return Difference(f"the number of layers of {name}", len(old.tables), len(new.tables))
    answers = all(_is_answer(row) for table in (*old.tables, *new.tables) for row in table)
    layers = list(old.images) if isinstance(old.images, dict) else [""] * len(old.tables)
    pairs = [(f"{name}, mean", old.layers, new.layers, FLIPPED if answers else 0.0)]
    if not answers:
        tables = zip(layers, old.tables, new.tables, strict=True)
        pairs += [(f"{name}, {layer}".rstrip(", "), one, other, 0.0) for layer, one, other in tables]
    found = [_furthest(of, one, other, allowed) for of, one, other, allowed in pairs]
    if answers:
        found += [_flipped(name, one, other) for one, other in zip(old.tables, new.tables, strict=True)]
    return next(filter(None, found), None)


def _furthest(of: str, old: Table, new: Table, allowed: float) -> Difference | None:
    """The cell of two tables that differs most, beyond rounding and what else is `allowed`."""
    worst: Difference | None = None
    if (len(old), *map(len, old)) != (len(new), *map(len, new)):
        return Difference(f"the number of values of {of}", sum(map(len, old)), sum(map(len, new)))
    for seed, (one, other) in enumerate(zip(old, new, strict=True)):
        for place, (a, b) in enumerate(zip(one, other, strict=True)):
            gap = abs(a - b)
            if gap <= max(TOLERANCE * max(abs(a), abs(b)), allowed) or (gap <= LAST_DIGIT and _is_rounded(a) and _is_rounded(b)):
                continue
            if worst is None or gap > abs(worst.new - worst.recorded):
                worst = Difference(f"{of} (seed {seed + 1}, value {place + 1})", a, b)
    return worst


def _flipped(name: str, old: Table, new: Table) -> Difference | None:
    """The first seed of which too many answers are others."""
    for seed, (one, other) in enumerate(zip(old, new, strict=True)):
        if len(one) != len(other):
            return Difference(f"the number of images of {name}", len(one), len(other))
        if sum(a != b for a, b in zip(one, other, strict=True)) > FLIPPED * len(one):
            return Difference(f"{name} (seed {seed + 1}, answers by image), mean", sum(one) / len(one), sum(other) / len(other))
    return None


def _is_rounded(value: float) -> bool:
    return round(value, DIGITS) == value


def _is_answer(row: Sequence[float]) -> bool:
    return all(value in (0, 1) for value in row)
