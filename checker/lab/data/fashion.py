"""Fashion-MNIST: 70,000 photographs of clothes, 28 x 28 grey pixels each, on a black margin that makes them 32 x 32.

They are read from the four files of the authors (Xiao, Rasul and Vollgraf 2017), as Debian's package or torchvision keeps them.
What is learned from comes out of their training part, what is tested and measured out of their test part. The pictures are
centred, upright and on black, so raw pixels alone name most of the categories.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.lab.data.base import DATA, Dataset, Split
from checker.lab.data.remote import COLLECTIONS, HOW_TO_DOWNLOAD, PARTS, SEED, data_folder, may_download, open_collection

if TYPE_CHECKING:
    import numpy as np

COLLECTION = "FashionMNIST"
TITLE, CLOTHES = COLLECTIONS[COLLECTION].title, COLLECTIONS[COLLECTION].categories
PACKAGE, PACKAGED = "dataset-fashion-mnist", Path("/usr/share/datasets/fashion-mnist")  # of Debian
FILES = {"train": "train", "test": "t10k"}  # how the names of the files of an official part begin
EDGE, MARGIN = 28, 2  # pixels
UNSIGNED_BYTES = 8  # the type in the head of an IDX file


def draw(split: str, count: int, size: int) -> Split:
    """The first `count` pictures of a split, as many as there are; they are of a fixed size, whatever `size` is.

    Raises MeasurementError where the files are missing, with the ways to get them, or where one of them is damaged.
    """
    import numpy as np

    part, start, end = PARTS[split]
    folder = _folder()
    pictures = _read(folder / f"{FILES[part]}-images-idx3-ubyte.gz", 3)
    labels = _read(folder / f"{FILES[part]}-labels-idx1-ubyte.gz", 1)
    if pictures.shape != (len(labels), EDGE, EDGE) or labels.max(initial=0) >= len(CLOTHES):
        raise MeasurementError(f"{folder}: these are not the pictures and labels of {TITLE}")
    order = np.random.default_rng(SEED).permutation(len(labels))
    rows = order[round(start * len(order)) : round(end * len(order))][:count]
    framed = np.pad(pictures[rows], ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    category = labels[rows].astype(np.int64)
    return Split(np.repeat(framed[:, None], 3, axis=1), {"category": category}, category)


def _folder() -> Path:
    """Where the files are. Raises MeasurementError where they are in no place."""
    root = data_folder()
    places = (PACKAGED, root / COLLECTION / "raw")
    if not any(_complete(place) for place in places) and may_download():
        open_collection(COLLECTION, COLLECTIONS[COLLECTION].train, root, download=True)  # fetches both parts
    found = next((place for place in places if _complete(place)), None)
    if found is None:
        looked = " or ".join(map(str, places))
        raise MeasurementError(f"{TITLE} is not in {looked}; apt install {PACKAGE}, or {HOW_TO_DOWNLOAD}")
    return found


def _complete(folder: Path) -> bool:
    kinds = ("images-idx3", "labels-idx1")
    return all((folder / f"{part}-{kind}-ubyte.gz").is_file() for part in FILES.values() for kind in kinds)


def _read(path: Path, axes: int) -> np.ndarray:
    """An IDX file of unsigned bytes: two zeros, the type, the number of axes, each length in 4 bytes, then the values."""
    import numpy as np

    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise MeasurementError(f"{path}: the file cannot be read ({error}); download it again") from error
    head = 4 + 4 * axes
    shape = tuple(np.frombuffer(content[4:head], ">u4").tolist()) if len(content) >= head else ()
    if content[:4] != bytes((0, 0, UNSIGNED_BYTES, axes)) or len(content) != head + int(np.prod(shape)):
        raise MeasurementError(f"{path}: this is no whole IDX file of {axes} axes; download it again")
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)


DATA.register("fashion")(
    Dataset(
        name="fashion",
        title=TITLE,
        synonyms=("fashion mnist", "photographs of clothes"),
        categories=len(CLOTHES),
        factors={"category": CLOTHES},
        draw=draw,
        module=__name__,
    )
)
