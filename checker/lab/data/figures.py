"""Figures: one object a picture, its outline and its surface drawn from independent factors, and nothing that gives them away.

The category of a picture is the pair (shape, texture), as in shape-by-texture images. Here a figure is lighter or darker than
its ground at random and differs in place, size and turn; figure and ground have soft shadows of their own, light falls at a
slant on both, and scraps lie on the ground. All shapes of a size cover the same area, and all textures have the same mean. So
no weighted sum of pixels tells the factors apart, and pictures whose pixels are near one another share their light, not their
category. Edges, corners and patterns are left, and have to be learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.lab.data.base import DATA, Dataset, Split, generated, regenerated

if TYPE_CHECKING:
    import numpy as np

SIZE = 32  # pixels
SHAPES = ("disc", "triangle", "ring", "cross")
TEXTURES = ("stripes", "dots", "blotches", "grain")
RADIUS = (9.0, 13.0)  # pixels; a figure of radius r covers 2 r^2, whatever its shape
CENTRE = (11.0, 21.0)  # pixels, both axes
TILT = 0.4  # radians, either way
MIDDLE = (0.4, 0.6)  # brightness half way between figure and ground, of the full range, as all brightness below
STEP = (0.05, 0.2)  # from figure to ground, lighter or darker at random
TONES = (0.4, 0.6)  # between the two tones of a texture
PERIOD = (3.6, 5.2)  # pixels, of stripes and dots
BLOTCHES, BLOTCH_WAVES = (5.0, 8.0), 6  # pixels, wavelengths of the waves whose sum has blotches above zero
DOTS, DOT_GROUND = 0.7, -0.342  # height of the waves at the rim of a dot; the tone between dots that makes the mean zero
GRAIN = 1.5  # standard deviations at which grain is cut off
TINT = 0.05  # a channel's departure from the brightness, either way
SLANT = (0.0, 0.3)  # from edge to edge of the picture, by the slant of the light
SHADE, SHADE_WAVE, SHADES = (0.08, 0.16), (18.0, 48.0), 3  # amplitude, wavelength in pixels and number of soft shadows on each
SCRAP, SCRAP_RADIUS, SCRAPS = (-0.25, 0.25), (1.2, 3.0), 3  # from a scrap to its ground; radius in pixels; number in a picture
PIXEL_NOISE = 0.02  # standard deviation
CHUNK = 500  # pictures that share a random stream; it decides the bytes


class _Random:
    """Numbers for `count` pictures, each of shape (count, 1, 1), float32."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self.shape, self.rng = (count, 1, 1), rng

    def between(self, low: float, high: float) -> np.ndarray:
        import numpy as np

        return np.float32(low) + np.float32(high - low) * self.rng.random(self.shape, np.float32)

    def angle(self) -> np.ndarray:
        import numpy as np

        return self.between(0, 2 * np.pi)

    def sign(self) -> np.ndarray:
        import numpy as np

        return np.where(self.rng.random(self.shape) < 0.5, np.float32(-1), np.float32(1))


def _distance(shape: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Signed distance to the outline, in units of the figure's radius; negative inside. The area of every shape is 2."""
    import numpy as np

    distance: np.ndarray
    if shape == "disc":
        distance = np.hypot(u, v) - 0.798
    elif shape == "triangle":
        slope = np.float32(np.sqrt(3) / 2)
        distance = np.maximum(np.maximum(v, -v / 2 + slope * u), -v / 2 - slope * u) - 0.62
    elif shape == "ring":
        distance = abs(np.hypot(u, v) - 0.72) - 0.221
    else:  # cross
        distance = np.minimum(np.maximum(abs(u) - 1, abs(v) - 0.293), np.maximum(abs(v) - 1, abs(u) - 0.293))
    return distance


def _pattern(texture: str, x: np.ndarray, y: np.ndarray, draw: _Random) -> Any:
    """The tones of a texture in [-1, 1], of mean 0, (count, SIZE, SIZE). It neither turns nor grows with the figure."""
    import numpy as np

    if texture == "grain":
        noise = draw.rng.standard_normal((draw.shape[0], SIZE, SIZE), np.float32)
        return np.clip(noise, -GRAIN, GRAIN) / np.float32(GRAIN)
    if texture == "blotches":
        return np.sign(sum(_wave(x, y, BLOTCHES, draw) for _ in range(BLOTCH_WAVES)))
    turn, frequency = draw.angle(), 2 * np.float32(np.pi) / draw.between(*PERIOD)
    along = frequency * (np.cos(turn) * x + np.sin(turn) * y) + draw.angle()
    if texture == "stripes":
        return np.sign(np.sin(along))
    across = frequency * (np.cos(turn) * y - np.sin(turn) * x) + draw.angle()
    return np.where(np.cos(along) + np.cos(across) > DOTS, np.float32(1), np.float32(DOT_GROUND)) * draw.sign()


def _wave(x: np.ndarray, y: np.ndarray, length: tuple[float, float], draw: _Random) -> np.ndarray:
    """A plane wave of amplitude 1 and any direction, its wavelength between two in pixels: (count, SIZE, SIZE)."""
    import numpy as np

    turn, frequency = draw.angle(), 2 * np.float32(np.pi) / draw.between(*length)
    wave: np.ndarray = np.sin(frequency * (np.cos(turn) * x + np.sin(turn) * y) + draw.angle())
    return wave


def _cover(distance: np.ndarray) -> np.ndarray:
    """How much of a pixel at this signed distance from an outline, in pixels, lies inside: an edge about a pixel wide."""
    import numpy as np

    cover: np.ndarray = 1 / (1 + np.exp(np.clip(2 * distance, -50, 50)))
    return cover


def render(shapes: np.ndarray, textures: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw one picture per (shape, texture) pair: uint8 (n, 3, SIZE, SIZE), and where its figure is, bool (n, SIZE, SIZE)."""
    import numpy as np

    count, draw = len(shapes), _Random(len(shapes), rng)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    centre_x, centre_y = draw.between(*CENTRE), draw.between(*CENTRE)
    radius, turn = draw.between(*RADIUS), draw.between(-TILT, TILT)
    u = (np.cos(turn) * (x - centre_x) + np.sin(turn) * (y - centre_y)) / radius
    v = (np.cos(turn) * (y - centre_y) - np.sin(turn) * (x - centre_x)) / radius
    distance, pattern = np.empty((2, count, SIZE, SIZE), np.float32)
    for index, shape in enumerate(SHAPES):
        rows = shapes == index
        distance[rows] = _distance(shape, u[rows], v[rows]) * radius[rows]
    for index, texture in enumerate(TEXTURES):
        rows = textures == index
        pattern[rows] = _pattern(texture, x, y, _Random(int(rows.sum()), rng))

    middle, half_step = draw.between(*MIDDLE), draw.between(*STEP) * draw.sign() / 2
    figure = middle + half_step + draw.between(*TONES) / 2 * pattern
    ground = middle - half_step
    for _ in range(SCRAPS):
        away = np.hypot(x - draw.between(0, SIZE), y - draw.between(0, SIZE)) - draw.between(*SCRAP_RADIUS)
        ground = ground + draw.between(*SCRAP) * _cover(away)
    slant = draw.angle()
    light = draw.between(*SLANT) * (np.cos(slant) * (x / SIZE - 0.5) + np.sin(slant) * (y / SIZE - 0.5))
    for _ in range(SHADES):
        figure = figure + draw.between(*SHADE) * _wave(x, y, SHADE_WAVE, draw)
        ground = ground + draw.between(*SHADE) * _wave(x, y, SHADE_WAVE, draw)

    figure_tint, ground_tint = TINT * rng.uniform(-1, 1, (2, count, 3, 1, 1)).astype(np.float32)
    inside = _cover(distance)[:, None]
    picture = inside * (figure[:, None] + figure_tint) + (1 - inside) * (ground[:, None] + ground_tint) + light[:, None]
    picture += np.float32(PIXEL_NOISE) * rng.standard_normal(picture.shape, np.float32)
    return (np.clip(picture, 0, 1) * 255).round().astype(np.uint8), distance < 0


def _chunk(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    shapes, textures = rng.integers(len(SHAPES), size=CHUNK), rng.integers(len(TEXTURES), size=CHUNK)
    return *render(shapes, textures, rng), shapes, textures


def generate(count: int, seed: int) -> Split:
    """`count` pictures with their factors and masks; the first ones are the same for the same seed, whatever the count."""
    import numpy as np

    chunks = [_chunk(np.random.default_rng([seed, 0xF16, chunk])) for chunk in range(max(1, -(-count // CHUNK)))]
    images, masks, shapes, textures = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    factors = {"shape": shapes, "texture": textures}
    return Split(images, factors, shapes * len(TEXTURES) + textures, masks).first(count)


DATA.register("figures")(
    Dataset(
        name="figures",
        title="figures",
        synonyms=("textured figures",),
        categories=len(SHAPES) * len(TEXTURES),
        factors={"shape": SHAPES, "texture": TEXTURES},
        draw=generated(generate),
        redraw=regenerated(generate),
        module=__name__,
    )
)
