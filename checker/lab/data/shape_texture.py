"""Shape-by-texture images: one object a picture, its outline and its surface drawn from independent factors.

The category of a picture is the pair (shape, texture), so that neither the global outline nor the local surface is
enough on its own, and the two can be put in conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.lab.data.base import DATA, Dataset, Split, generated, regenerated

if TYPE_CHECKING:
    import numpy as np

SIZE = 32  # pixels
SHAPES = ("disc", "square", "triangle", "ring", "cross")
TEXTURES = ("plain", "stripes", "checks", "dots", "grain")
RADIUS = (9.0, 13.0)  # pixels
CENTRE = (12.0, 20.0)  # pixels, both axes
TILT = 0.25  # radians, either way
GROUND, FIGURE = (0.1, 0.25), (0.7, 0.95)  # brightness, of the full range
TINT = 0.05  # a channel's departure from that brightness: colour tells pictures apart too easily to be let vary more
CONTRAST = (0.35, 0.6)  # of the full range, between the two tones of a texture
PIXEL_NOISE = 0.02  # standard deviation, of the full range


def _outline(shape: int, u: np.ndarray, v: np.ndarray) -> Any:
    """Signed distance to the outline, in units of the object's radius; negative inside."""
    import numpy as np

    name, r = SHAPES[shape], np.hypot(u, v)
    if name == "disc":
        return r - 0.95
    if name == "square":
        return np.maximum(abs(u), abs(v)) - 0.8
    if name == "triangle":
        slant = np.sqrt(3) / 2
        return np.maximum(np.maximum(v, -v / 2 + slant * u), -v / 2 - slant * u) - 0.55
    if name == "ring":
        return abs(r - 0.72) - 0.26
    return np.minimum(np.maximum(abs(u) - 1, abs(v) - 0.3), np.maximum(abs(v) - 1, abs(u) - 0.3))  # cross


def _surface(texture: int, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Any:
    """The surface pattern in [-1, 1], (n, SIZE, SIZE), in pixel coordinates: it does not turn or grow with the shape."""
    import numpy as np

    n, name = len(x), TEXTURES[texture]
    wave = 2 * np.pi / rng.uniform(3.6, 5.2, (n, 1, 1))
    phase_x, phase_y, turn = rng.uniform(0, 2 * np.pi, (3, n, 1, 1))
    along = np.cos(turn) * x + np.sin(turn) * y
    across = np.cos(turn) * y - np.sin(turn) * x
    if name == "plain":
        return np.zeros_like(x)
    if name == "stripes":
        return np.sign(np.sin(wave * along + phase_x))
    if name == "checks":
        return np.sign(np.sin(wave * 0.7 * along + phase_x) * np.sin(wave * 0.7 * across + phase_y))
    if name == "dots":
        return np.where(np.cos(wave * along + phase_x) + np.cos(wave * across + phase_y) > 0.7, 1.0, -1.0)
    return np.clip(rng.standard_normal(x.shape), -1.5, 1.5) / 1.5  # grain


def render(shapes: np.ndarray, textures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one picture per (shape, texture) pair: uint8, (n, 3, SIZE, SIZE)."""
    import numpy as np

    n = len(shapes)
    ys, xs = np.mgrid[0:SIZE, 0:SIZE].astype(np.float64)
    x, y = np.broadcast_to(xs, (n, SIZE, SIZE)), np.broadcast_to(ys, (n, SIZE, SIZE))
    centre_x, centre_y = rng.uniform(*CENTRE, (2, n, 1, 1))
    radius = rng.uniform(*RADIUS, (n, 1, 1))
    turn = rng.uniform(-TILT, TILT, (n, 1, 1))
    u = (np.cos(turn) * (x - centre_x) + np.sin(turn) * (y - centre_y)) / radius
    v = (np.cos(turn) * (y - centre_y) - np.sin(turn) * (x - centre_x)) / radius

    inside, surface = np.empty((n, SIZE, SIZE)), np.empty((n, SIZE, SIZE))
    for shape in range(len(SHAPES)):
        rows = shapes == shape
        inside[rows] = 1 / (1 + np.exp(np.clip(2 * _outline(shape, u[rows], v[rows]) * radius[rows], -50, 50)))
    for texture in range(len(TEXTURES)):
        rows = textures == texture
        surface[rows] = _surface(texture, x[rows], y[rows], rng)

    ground, figure = rng.uniform(*GROUND, (n, 1, 1, 1)), rng.uniform(*FIGURE, (n, 1, 1, 1))
    ground, figure = (grey + rng.uniform(-TINT, TINT, (n, 3, 1, 1)) for grey in (ground, figure))
    tone = rng.uniform(*CONTRAST, (n, 1, 1, 1))
    figure = figure + tone * (surface[:, None] - 1) / 2  # the second tone of a texture is the darker one
    picture = inside[:, None] * figure + (1 - inside[:, None]) * ground
    picture += rng.normal(0, PIXEL_NOISE, picture.shape)
    return (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)


def generate(count: int, seed: int) -> Split:
    """`count` pictures with their factors, the same for the same seed."""
    import numpy as np

    rng = np.random.default_rng([seed, 0x5A])
    shapes, textures = rng.integers(len(SHAPES), size=count), rng.integers(len(TEXTURES), size=count)
    chunks = [render(shapes[i : i + 2000], textures[i : i + 2000], rng) for i in range(0, count, 2000)]
    images = np.concatenate(chunks) if chunks else np.empty((0, 3, SIZE, SIZE), np.uint8)
    factors = {"shape": shapes, "texture": textures}
    return Split(images=images, factors=factors, category=shapes * len(TEXTURES) + textures)


DATA.register("shapes")(
    Dataset(
        name="shapes",
        title="shape-by-texture images",
        synonyms=("shape-by-texture", "procedural shapes"),
        categories=len(SHAPES) * len(TEXTURES),
        factors={"shape": SHAPES, "texture": TEXTURES},
        draw=generated(generate),
        redraw=regenerated(generate),
        module=__name__,
        held_to_floor=False,  # until the models that ship are trained on `figures`
    )
)
