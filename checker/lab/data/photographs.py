"""Random crops of the seven colour photographs that come with scikit-image and scikit-learn. Nothing is known of them.

Crops of one photograph are not independent: they overlap and share their scene, their light and their camera. Splits use
other crops of the same seven photographs, so no result on these data says anything of photographs at large. The scientific
pictures that ship with scikit-image (a retina, tissue, a field of galaxies) are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.extras import extra
from checker.lab.data.base import DATA, SPLIT_SEEDS, Dataset, Split, squared

if TYPE_CHECKING:
    from PIL import Image

SOURCES = (  # package, folder in the package, file
    ("skimage", "data", "astronaut.png"),
    ("skimage", "data", "chelsea.png"),
    ("skimage", "data", "coffee.png"),
    ("skimage", "data", "motorcycle_left.png"),
    ("skimage", "data", "rocket.jpg"),
    ("sklearn", "datasets/images", "china.jpg"),
    ("sklearn", "datasets/images", "flower.jpg"),
)
SIDE = (0.4, 1.0)  # of a crop, in shorter edges of the photograph


def _photograph(package: str, folder: str, file: str) -> Image.Image:
    from importlib.resources import files

    from PIL import Image

    with extra("photographs", "the data set `photographs`"):
        path = files(package) / folder / file
    try:
        with path.open("rb") as stream:
            return Image.open(stream).convert("RGB")
    except OSError as error:
        raise MeasurementError(f"{path}: the photograph that comes with {package} cannot be read; reinstall {package}") from error


def draw(split: str, count: int, size: int) -> Split:
    """The first `count` crops of a split, `size` pixels wide: each photograph in turn, mirrored half the time."""
    import numpy as np

    photographs = [_photograph(*source) for source in SOURCES]
    rng = np.random.default_rng([SPLIT_SEEDS[split], 0xF070])
    images = np.empty((count, 3, size, size), np.uint8)
    for index, (share, across, down, mirror) in enumerate(rng.random((count, 4))):
        photograph = photographs[index % len(photographs)]
        side = round(min(photograph.size) * (SIDE[0] + (SIDE[1] - SIDE[0]) * share))
        left, top = int(across * (photograph.width - side + 1)), int(down * (photograph.height - side + 1))
        crop = squared(photograph, size, (left, top, left + side, top + side))
        images[index] = crop[:, :, ::-1] if mirror < 0.5 else crop
    return Split(images, {}, np.zeros(count, np.int64))


DATA.register("photographs")(
    Dataset(
        name="photographs",
        title="photographs",
        synonyms=("photos", "natural images"),
        categories=0,
        factors={},
        draw=draw,
        module=__name__,
    )
)
