"""Which blocks of a model a spec means."""

from __future__ import annotations

from checker.errors import SpecError


def select_layers(layers: str, depth: int) -> list[int]:
    """The blocks, from 0, that a spec's `where.layers` means in a model of `depth` blocks. The upper half of an odd depth
    leaves the middle block out; the middle third of a depth that 3 does not divide has the blocks that are left.

    Raises SpecError when the model has no such layer.
    """
    if layers == "all":
        return list(range(depth))
    half = depth // 2
    if layers == "upper half":
        return list(range(depth - half, depth))
    if layers == "lower half":
        return list(range(half))
    if layers == "middle third":
        return list(range(depth // 3, depth - depth // 3))
    if " and " in layers:
        blocks = [int(part) - 1 for part in layers.removeprefix("layers ").split(" and ")]
        if max(blocks) >= depth:
            raise SpecError(f"{layers!r} of a model with {depth} layers; name layers from 1 to {depth}")
        return blocks
    word, number = layers.split()
    if word == "layers":
        low, high = map(int, number.split("-"))
        if not low <= high <= depth:
            raise SpecError(f"{layers!r} of a model with {depth} layers; name growing layers from 1 to {depth}")
        return list(range(low - 1, high))
    count = int(number)
    if count > depth:
        raise SpecError(f"{layers!r} of a model with {depth} layers; name layers from 1 to {depth}")
    if word == "layer":
        return [count - 1]
    return list(range(count)) if word == "first" else list(range(depth - count, depth))
