"""Dead-leaves images: opaque leaves that fall on one another until nothing else is seen.

The radii of the leaves follow the power law r^-3 between two limits, which makes the statistics of the pictures nearly the
same at all scales between them (Lee, Mumford and Huang 2001, "Occlusion models for natural images"); representations learn
from such pictures (Baradad et al. 2021, "Learning to see by looking at noise"). All leaves of a picture have one outline, and
the smallest radius sets how fine the picture is; the two factors are independent, and the category is the pair. Leaves are
flat: stripes or grain inside them hide the outlines of a picture this small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.data.base import DATA, Dataset, Split, generated, regenerated

if TYPE_CHECKING:
    import numpy as np

SIZE = 32  # pixels
OUTLINES = ("disc", "square", "triangle", "bar")
SCALES = ("fine", "medium", "coarse")
SMALLEST = (1.75, 3.25, 6.0)  # pixels: the smallest radius of each scale
LARGEST = 12.0  # pixels: the largest radius of every scale
TILT = 0.25  # radians, either way: leaves that turn at will take a small network far longer to tell apart
# A leaf of radius r has the area of a disc of radius r, whatever its outline. Polygons are (direction, distance) of their
# edges from the centre, in radians and radii; the bar is three times as long as wide.
POLYGONS = {
    "square": ((0.0, 0.8862), (1.5708, 0.8862), (3.1416, 0.8862), (4.7124, 0.8862)),
    "triangle": ((0.5236, 0.7776), (2.6180, 0.7776), (4.7124, 0.7776)),
    "bar": ((0.0, 1.5350), (1.5708, 0.5117), (3.1416, 1.5350), (4.7124, 0.5117)),
}
REACH = {"disc": 1.0, "square": 1.2533, "triangle": 1.5551, "bar": 1.6180}  # radii, from the centre to the farthest corner
LAYERS = 5.0  # mean number of leaves over a point: all but e^-5 of the picture is covered, and one last leaf lies under it
SAMPLES = 2  # per pixel and axis: edges are smooth
GREY = (0.1, 0.9)  # of the full range
TINT = 0.05  # a channel's departure from that grey, either way: colour must not tell pictures apart
CHUNK = 250  # pictures that share a random stream; it decides the bytes


def throw_leaves(count: int, outline: str, smallest: float, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """The leaves of `count` pictures: x, y and radius in pixels, and turn in radians, each (count, leaves), float32."""
    import numpy as np

    margin = REACH[outline] * LARGEST
    low, high = smallest**-2, LARGEST**-2
    mean_area = 2 * np.pi * np.log(LARGEST / smallest) / (low - high)
    leaves = int(np.ceil(LAYERS * (SIZE + 2 * margin) ** 2 / mean_area))
    x, y, share, turn = rng.random((4, count, leaves), dtype=np.float32)
    radius = (low - share * np.float32(low - high)) ** np.float32(-0.5)  # the inverse of the distribution function of r^-3
    x, y = (axis * np.float32(SIZE + 2 * margin) - np.float32(margin) for axis in (x, y))
    return x, y, radius, (turn - np.float32(0.5)) * np.float32(2 * TILT)


def _chords(
    outline: str, height: np.ndarray, radius: np.ndarray, turn: np.ndarray, leaf: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where horizontal lines enter and leave the leaves, from the centre, in pixels; an empty chord ends before it starts.

    `height` (lines,) is a line's distance from the centre of leaf number `leaf` (lines,); `radius` and `turn` are (leaves,).
    """
    import numpy as np

    if outline == "disc":
        square = radius[leaf] ** 2 - height**2
        half = np.where(square > 0, np.sqrt(np.maximum(square, 0)), np.float32(-1))
        return -half, half
    enter, leave = np.full_like(height, -np.inf), np.full_like(height, np.inf)
    for direction, distance in POLYGONS[outline]:
        across, down = np.cos(turn + np.float32(direction)), np.sin(turn + np.float32(direction))
        across = np.where(abs(across) < 1e-6, np.float32(1e-6), across)
        bound = (distance * radius / across)[leaf] - (down / across)[leaf] * height
        right = (across > 0)[leaf]
        leave = np.where(right, np.minimum(leave, bound), leave)
        enter = np.where(right, enter, np.maximum(enter, bound))
    return enter, leave


def top_leaves(x: np.ndarray, y: np.ndarray, radius: np.ndarray, turn: np.ndarray, outline: str) -> np.ndarray:
    """The number of the leaf that is seen at every sample: (count, SIZE * SAMPLES, SIZE * SAMPLES).

    Leaves, each (count, leaves), are numbered from 1 and fall in that order; 0 is the leaf under all others. Samples lie at
    the centres of the cells of the grid.
    """
    import numpy as np

    edge = SIZE * SAMPLES

    def first_sample(position: np.ndarray) -> np.ndarray:
        """The first of the samples of an axis that is not before `position`, in pixels."""
        return np.ceil(np.clip(position * SAMPLES - np.float32(0.5), 0, edge)).astype(np.int32)

    reach = radius * np.float32(REACH[outline])
    seen = (x + reach > 0) & (x - reach < SIZE) & (y + reach > 0) & (y - reach < SIZE)
    picture, number = np.nonzero(seen)
    x, y, radius, turn, reach = (values[seen] for values in (x, y, radius, turn, reach))
    top_row = first_sample(y - reach)
    rows = first_sample(y + reach) - top_row
    leaf = np.repeat(np.arange(len(rows)), rows)
    row = np.arange(len(leaf)) + np.repeat(top_row - np.cumsum(rows) + rows, rows)
    height = ((row + 0.5) / SAMPLES).astype(np.float32) - y[leaf]
    enter, leave = _chords(outline, height, radius, turn, leaf)
    left = first_sample(x[leaf] + enter)
    length = np.maximum(first_sample(x[leaf] + leave) - left, 0)
    start = (picture[leaf] * edge + row) * edge + left
    sample = np.arange(length.sum()) + np.repeat(start - np.cumsum(length) + length, length)
    top = np.zeros(len(seen) * edge**2, np.int64)
    np.maximum.at(top, sample, np.repeat(number[leaf] + 1, length))
    return top.reshape(len(seen), edge, edge)


def edges(top: np.ndarray) -> np.ndarray:
    """Where leaves meet, from the leaf that is seen at every sample: (count, SIZE, SIZE), bool. Within a leaf a picture is flat,
    and says nothing of outlines or scale."""
    import numpy as np

    meet = np.zeros(top.shape, bool)
    meet[:, :, 1:] |= top[:, :, 1:] != top[:, :, :-1]
    meet[:, 1:] |= top[:, 1:] != top[:, :-1]
    pixels: np.ndarray = meet.reshape(len(top), SIZE, SAMPLES, SIZE, SAMPLES).max((2, 4))
    return pixels


def render(count: int, outline: str, smallest: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw pictures of leaves of one outline with radii from `smallest` pixels: uint8, (count, 3, SIZE, SIZE), and `edges`."""
    import numpy as np

    x, y, radius, turn = throw_leaves(count, outline, smallest, rng)
    top = top_leaves(x, y, radius, turn, outline)
    leaves = x.shape[1] + 1
    grey = rng.uniform(*GREY, (count, leaves, 1)).astype(np.float32)
    colour = grey + rng.uniform(-TINT, TINT, (count, leaves, 3)).astype(np.float32)
    samples = colour[np.arange(count)[:, None, None], top]
    shades = samples.reshape(count, SIZE, SAMPLES, SIZE, SAMPLES, 3).mean((2, 4)).transpose(0, 3, 1, 2)
    images: np.ndarray = np.rint(np.clip(shades, 0, 1) * 255).astype(np.uint8)
    return images, edges(top)


def _chunk(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    import numpy as np

    outlines, scales = rng.integers(len(OUTLINES), size=CHUNK), rng.integers(len(SCALES), size=CHUNK)
    images, masks = np.empty((CHUNK, 3, SIZE, SIZE), np.uint8), np.empty((CHUNK, SIZE, SIZE), bool)
    for index, outline in enumerate(OUTLINES):
        for scale, smallest in enumerate(SMALLEST):
            rows = (outlines == index) & (scales == scale)
            images[rows], masks[rows] = render(int(rows.sum()), outline, smallest, rng)
    return images, masks, outlines, scales


def generate(count: int, seed: int) -> Split:
    """`count` pictures with their factors; the first ones are the same for the same seed, whatever the count. Masks mark where
    leaves meet."""
    import numpy as np

    chunks = [_chunk(np.random.default_rng([seed, 0xDEAD, chunk])) for chunk in range(max(1, -(-count // CHUNK)))]
    images, masks, outlines, scales = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    factors = {"outline": outlines, "scale": scales}
    return Split(images, factors, outlines * len(SCALES) + scales, masks).first(count)


DATA.register("leaves")(
    Dataset(
        name="leaves",
        title="dead-leaves images",
        synonyms=("dead leaves",),
        categories=len(OUTLINES) * len(SCALES),
        factors={"outline": OUTLINES, "scale": SCALES},
        draw=generated(generate),
        redraw=regenerated(generate),
        module=__name__,
        held_to_floor=False,  # until the models that ship are trained on `figures`
    )
)
