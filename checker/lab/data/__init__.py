"""Data sets by name: every file of this folder that registers some. Light to import: numpy, Pillow and the rest load when images
are drawn."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules

from checker.errors import ConfigurationError
from checker.lab.data import dead_leaves, digits, fashion, figures, photographs, shape_texture
from checker.lab.data.base import DATA, Dataset, Split
from checker.lab.data.folder import folder_data, for_released, images_declared
from checker.lab.data.remote import hugging_face_data, torchvision_data

__all__ = [
    "DATA",
    "Dataset",
    "Split",
    "data_set",
    "dead_leaves",
    "digits",
    "fashion",
    "figures",
    "folder_data",
    "for_released",
    "hugging_face_data",
    "images_declared",
    "photographs",
    "shape_texture",
    "torchvision_data",
]


def data_set(name: str) -> Dataset:
    """The data set of a name: a registered one, "folder:PATH", "folder:PATH?images=N", "torchvision:CLASS" or "hf:OWNER/NAME".

    Raises ConfigurationError, with near misses, where there is none, and what the makers of the other kinds raise.
    """
    if name in DATA:
        return DATA[name]
    kind, colon, rest = name.partition(":")
    if colon and rest:
        if kind == "folder":
            return folder_data(rest)
        if kind == "torchvision":
            return torchvision_data(rest)
        if kind == "hf":
            return hugging_face_data(rest)
    words = {word.casefold(): data.name for data in DATA.values() for word in (data.name, data.title, *data.synonyms)}
    near = dict.fromkeys(words[word] for word in get_close_matches(name.casefold(), words, n=3))
    guess = f" (did you mean {' or '.join(near)}?)" if near else ""
    known = ", ".join((*sorted(DATA), "folder:PATH", "torchvision:CLASS", "hf:OWNER/NAME"))
    raise ConfigurationError(f"no data set is called {name!r}{guess}; there are: {known}")


for _module in iter_modules(__path__):  # at the end: some of them ask for a data set
    import_module(f"{__name__}.{_module.name}")
