"""The 1,797 handwritten digits of 8 x 8 pixels that scikit-learn has too, enlarged to 32 x 32, in three equal channels.

They are the test part of the UCI collection of handwritten digits (Alpaydin and Kaynak 1998, CC BY 4.0,
doi:10.24432/C50P49), in `digits.csv.gz`: 64 pixels and the digit a row. Each digit belongs to one split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.data.base import DATA, Dataset, Split, squared

if TYPE_CHECKING:
    import numpy as np

SIZE = 32  # pixels
DIGITS = tuple("0123456789")
BRIGHTEST = 16  # of the values in the file; the darkest is 0
PARTS = {"train": 800, "probe-train": 300, "probe-test": 241, "held-out": 200, "measure": 256}  # pictures
SEED = 0xD161  # of the one order that the parts are cut from


def _rows(split: str) -> np.ndarray:
    import numpy as np

    order = np.random.default_rng(SEED).permutation(sum(PARTS.values()))
    start = sum(PARTS[name] for name in list(PARTS)[: list(PARTS).index(split)])
    return order[start : start + PARTS[split]]


def draw(split: str, count: int, size: int) -> Split:
    """The first `count` digits of a split, as many as there are; they are of a fixed size, whatever `size` is."""
    from importlib.resources import as_file, files

    import numpy as np
    from PIL import Image

    with as_file(files(__package__) / "digits.csv.gz") as file:
        source = np.loadtxt(file, delimiter=",")[_rows(split)[:count]]
    pictures = (source[:, :-1].reshape(-1, 8, 8) * 255 / BRIGHTEST).round().astype(np.uint8)
    images = [squared(Image.fromarray(picture).convert("RGB"), SIZE) for picture in pictures]
    digits = source[:, -1].astype(np.int64)
    return Split(np.array(images, np.uint8).reshape(-1, 3, SIZE, SIZE), {"digit": digits}, digits)


DATA.register("digits")(
    Dataset(
        name="digits",
        title="handwritten digits",
        synonyms=("scikit-learn digits",),
        categories=len(DIGITS),
        factors={"digit": DIGITS},
        draw=draw,
        module=__name__,
        held_to_floor=False,  # until the models that ship are trained on `figures`
    )
)
