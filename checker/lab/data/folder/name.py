"""The name of a folder's data set: its place, and what of it is measured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.errors import ConfigurationError
from checker.lab.data.folder.splits import USES


@dataclass(frozen=True)
class Name:
    """`PATH?images=N&use=half@HASH`, of which only the path has to be there.

    `images`: how many pictures are measured, at most; None: as many as in every claim. `use`: one of USES, for released models.
    `known`: the hash of the pictures.
    """

    place: str
    images: int | None = None
    use: str | None = None
    known: str = ""

    @classmethod
    def parse(cls, text: str) -> Name:
        """Raises ConfigurationError for options that are none."""
        before, _, known = text.partition("@")
        place, mark, listed = before.partition("?")
        options = dict(option.partition("=")[::2] for option in listed.split("&")) if mark else {}
        images, use = options.pop("images", None), options.pop("use", None)
        wrong = options or (images is not None and not re.fullmatch("[1-9][0-9]*", images)) or (use and use not in USES)
        if wrong:
            raise ConfigurationError(f"folder:{text}: after the folder stands ?images=N, with the number of pictures to measure")
        return cls(place, int(images) if images else None, use, known)

    def __str__(self) -> str:
        options = [f"{key}={value}" for key, value in (("images", self.images), ("use", self.use)) if value]
        return f"folder:{self.place}{'?' if options else ''}{'&'.join(options)}{'@' if self.known else ''}{self.known}"


def images_declared(name: str) -> int | None:
    """How many pictures the name of a data set asks to measure; None where it says nothing."""
    kind, _, rest = name.partition(":")
    return Name.parse(rest).images if kind == "folder" else None


def for_released(name: str, probed: bool) -> str:
    """The name of a data set as released models see it: they are not trained, so a folder's pictures are all measured; where
    something is `probed`, learned from pictures and their categories, half of them are for that. Other data stay as they are."""
    kind, _, rest = name.partition(":")
    if kind != "folder":
        return name
    asked = Name.parse(rest)
    return str(Name(asked.place, asked.images, "half" if probed else "all", asked.known))
