"""A link as a value, and the reading of what stands between its brackets."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from checker.notes.lines import Span

SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+:|//)")
SIZE = re.compile(r"\s*(\d{1,6})(?:x(\d{1,6}))?\s*")
FRAGMENT = re.compile(r"[#&](page|height)=(\d{1,6})")


class Link(NamedTuple):
    """A link to a file of the vault, resolved or not.

    `target` is the path as written (percent decoded in markdown links), `subpath` keeps its `#`; `display` is None where a
    wikilink has no `|`. `kind` is wiki, markdown, reference, property or canvas; `key` is the key path of a property
    (`up.0`) or the id of a canvas node. `original` is the link's own text. An embed may carry a size in pixels and a page.
    """

    target: str
    subpath: str
    display: str | None
    embed: bool
    span: Span
    kind: str = "wiki"
    key: str | None = None
    original: str = ""
    width: int | None = None
    height: int | None = None
    page: int | None = None

    @property
    def destination(self) -> str:
        """Path and subpath in one, as Obsidian's `link`."""
        return self.target + self.subpath

    @property
    def shown(self) -> str:
        """The text that a reader sees: `Note > Heading` where the link gives none."""
        if self.display is not None:
            return self.display
        return " > ".join(part for part in self.destination.split("#") if part).strip()


def wikilink(inner: str, embed: bool, span: Span, original: str, kind: str = "wiki", key: str | None = None) -> Link | None:
    """The link of the text between `[[` and `]]`; None where that is blank. A leading `|` belongs to the target."""
    if "\\" in inner:
        inner = inner.replace("\\|", "|")
    cut = inner.find("|", 1)
    whole, display = (inner, None) if cut < 0 else (inner[:cut], inner[cut + 1 :])
    return _link(whole.strip(), display, embed, span, kind, key, original) if inner.strip() else None


def markdown_link(
    destination: str, text: str, embed: bool, span: Span, original: str, kind: str = "markdown", key: str | None = None
) -> Link | None:
    """The link of a markdown destination; None where it is empty or leads out of the vault."""
    if destination.startswith("<") and destination.endswith(">"):
        destination = destination[1:-1]
    if not destination.strip() or SCHEME.match(destination):
        return None
    return _link(unquote(destination), text, embed, span, kind, key, original)


def _link(whole: str, display: str | None, embed: bool, span: Span, kind: str, key: str | None, original: str) -> Link:
    cut = whole.find("#")
    target, subpath = (whole, "") if cut < 0 else (whole[:cut], whole[cut:])
    width, height, page = _sizes(subpath, display) if embed else (None, None, None)
    return Link(target.strip(), subpath.strip(), display, embed, span, kind, key, original, width, height, page)


def _sizes(subpath: str, display: str | None) -> tuple[int | None, int | None, int | None]:
    """(width, height, page) of an embed: `|100x145` or the last part of `|text|100`, `#page=3`, `#height=400`."""
    numbers = {match[1]: int(match[2]) for match in FRAGMENT.finditer(subpath)}
    size = SIZE.fullmatch((display or "").rsplit("|", 1)[-1])
    width = int(size[1]) if size else None
    height = int(size[2]) if size and size[2] else numbers.get("height")
    return width, height, numbers.get("page")
