"""The frontmatter of a note: its values as YAML 1.2 reads them, and the links and tags that stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from checker.notes.lines import Span
from checker.notes.link import Link, markdown_link, wikilink
from checker.notes.note import Property, Tag

if TYPE_CHECKING:
    from checker import strict_yaml

WIKILINK = re.compile(r"\[\[((?:(?!\[\[|\]\])[^\r\n])+)\]\]")
MARKDOWN_LINK = re.compile(r"\[([^\[\]]*)\]\((<[^<>]*>|[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)\)")
TAG = re.compile(r"#?([^\s,#]+)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Frontmatter:
    """What the lines between the two `---` hold; `fault` is (line in the file, message, column) where that is no mapping."""

    values: dict[str, Any] = field(default_factory=dict)
    items: tuple[Property, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[Tag, ...] = ()
    fault: tuple[int, str, int] | None = None


def read_frontmatter(data: bytes, span: Span) -> Frontmatter:
    """The frontmatter whose YAML stands in a span of the file, from the second line on."""
    from checker import strict_yaml

    text = data[span.start : span.end].decode("utf-8")
    try:
        loaded, places = strict_yaml.load_with_places(text)
    except strict_yaml.YamlError as error:
        return Frontmatter(fault=(error.line + 1, f"frontmatter, column {error.column}: {error.problem}", error.column))
    if loaded is None:
        return Frontmatter()
    if not isinstance(loaded, dict):
        return Frontmatter(fault=(2, "the frontmatter is not a list of `key: value` lines", 1))
    values = {str(key): value for key, value in loaded.items()}
    spans = _Spans(text, span.start)
    items, links, tags = [], [], []
    for place in places:
        if place.whole:
            value = values.get(place.path[0])
            items.append(Property(place.path[0], value, _kind(value), spans.trimmed(place.start, place.end)))
            continue
        value = place.value.strip()
        link = property_link(value, ".".join(place.path), partial(spans.of, place, value))
        if link:
            links.append(link)
        if place.path[0].casefold() == "tags" and len(place.path) <= 2:
            tag = property_tag(value)
            if tag:
                tags.append(Tag(tag, spans.of(place, tag)))
    return Frontmatter(values, tuple(items), tuple(links), tuple(tags))


def property_link(value: str, key: str, span: Callable[[], Span]) -> Link | None:
    """The link that a value without blanks around it is; a value that holds more than that is none."""
    if not value.startswith("["):
        return None
    wiki = WIKILINK.fullmatch(value)
    if wiki:
        return wikilink(wiki[1], False, span(), value, "property", key)
    markdown = MARKDOWN_LINK.fullmatch(value)
    return markdown_link(markdown[2], markdown[1], False, span(), value, "property", key) if markdown else None


def property_tag(value: str) -> str | None:
    """The tag that a value without blanks around it is, without its `#`; one of digits only is none."""
    match = TAG.fullmatch(value)
    return None if match is None or match[1].isdecimal() else match[1]


class _Spans:
    """Byte spans of characters of the frontmatter."""

    def __init__(self, text: str, start: int) -> None:
        self.text, self.start = text, start
        self.at = (0, 0)

    def byte(self, index: int) -> int:
        """The byte of a character; cheap when asked in order of the text."""
        known, offset = self.at if self.at[0] <= index else (0, 0)
        offset += len(self.text[known:index].encode())
        self.at = index, offset
        return self.start + offset

    def of(self, place: strict_yaml.Place, value: str) -> Span:
        """A value inside the quotes of a scalar; the scalar as a whole where quoting or folding changed the value."""
        found = self.text.find(value, place.start, place.end)
        start, end = (found, found + len(value)) if found >= 0 else (place.start, place.end)
        return Span(self.byte(start), self.byte(end))

    def trimmed(self, start: int, end: int) -> Span:
        """Characters without the blank ones at the end: a block of YAML ends where the next key begins."""
        end = start + len(self.text[start:end].rstrip())
        first = self.byte(start)
        return Span(first, first + len(self.text[start:end].encode()))


def _kind(value: Any) -> str:
    """The kind of a property, by its value."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "checkbox"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, list):
        return "list"
    if isinstance(value, dict):
        return "object"
    return "date" if DATE.fullmatch(value) else "datetime" if DATE_TIME.fullmatch(value) else "text"
