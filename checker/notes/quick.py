"""The entry of a plain note, found without a parser; None for a note that is not plain.

Plain means that nothing in it can hide a link or a tag, or be something else than it seems: no code, math, HTML, comments,
escapes, footnotes, definitions or block ids, only headings that are told by their line, and properties of one line or a list of
lines. Most notes are. What is found is what `parse` finds, and the tests hold one against the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from checker.notes import inline
from checker.notes.entry import Entry, aliases
from checker.notes.lines import Span
from checker.notes.link import Link
from checker.notes.note import Heading, Tag
from checker.notes.properties import property_link, property_tag, read_frontmatter

# Scalars that YAML takes as they stand. Only what is quoted or begins with a letter can be more than a number or a date.
_REST = rb"(?:[^\n:#]|:(?=\S)|(?<=\S)#)*"
QUOTED = rb"'[^'\n]*'|\"(?:[^\"\\\n]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3})*\""
ESCAPE = re.compile(r"\\(?:x(..)|u(....))")
VALUE = rb"(?:[A-Za-z(\xc3-\xf4]" + _REST + rb"|[0-9][^\n:#]{0,300}|" + QUOTED + rb") *"
LIST = rb"(?:- " + VALUE + rb"\n)+|(?:  - " + VALUE + rb"\n)+"
PROPERTY = rb"([A-Za-z][A-Za-z0-9_-]{0,99}):(?: +(" + VALUE + rb")\n| *\n(" + LIST + rb")?)"
FRONTMATTER = re.compile(rb"---\n((?:(?! {0,3}---|\.\.\.)[^\n]*\n)*)---(?:\n|\Z)")
PROPERTIES = re.compile(rb"(?:" + PROPERTY + rb")*")
EACH = re.compile(PROPERTY)
ITEM = re.compile(rb" *- (" + VALUE + rb")\n")
TYPED = re.compile(rb"[0-9]|(?:true|false|null)\Z", re.IGNORECASE)  # what may not be a string, or is a key that is none
NO_YAML = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef(?:\xbb\xbf|\xbf[\xbe\xbf])")

MAX_PROPERTIES = 100_000  # bytes

# What makes a note not plain. Each pattern begins with a fixed byte that the search goes by, so it costs little.
MARKS = re.compile(rb"[`$<\\\r\x00]")  # code, math, HTML, escapes
PAIRS = (b"~~~", b"%%", b"[^", b"^[", b"]:", b"][")  # code, comments, footnotes, references
BLOCK_ID = re.compile(rb"\^[A-Za-z0-9-]+[ \t]*(?:\n|\Z)")
QUOTE = re.compile(rb">(?: {5}| ?\t|>{6}|(?: ?>){19})")  # code in a quote, a merge conflict, more depth than is read
_BULLET = rb"(?:[-*+]|\d+[.)])"
LINE = re.compile(
    rb"\n(?:[ \t>]*" + _BULLET + rb"(?:[ \t]*(?=\n|\Z)| {5}| *\t|[ ]+(?:" + _BULLET + rb" +){19})"  # code in an item, or depth
    rb"|[ \t]{80}"
    rb"| {1,3}#{1,6}(?=[ \t\n]|\Z)|#{1,6}(?:[ \t]*(?=\n|\Z)|[ \t][^\n]*#[ \t]*(?=\n|\Z))"  # a heading that is not what it seems
    rb"|(?<!\n\n) {0,3}(?:-+|=+)[ \t]*(?=\n|\Z))"  # a heading by what stands under it
)
INDENTED = re.compile(rb"\n(?: {4}| {0,3}\t)")
ITEM_OF_TEXT = re.compile(rb"[ \t]*" + _BULLET + rb" (?:\[.\] )?[\w\[\]()!\"'\x80-\xff]")  # code cannot begin right below
HEADING = re.compile(rb"^(#{1,6})[ \t]+([^\n]*)", re.MULTILINE)
MARKDOWN_LINK = re.compile(rb"\[[^\[\]\n]*\]\([^\s<>()]*\)")


Properties = tuple[Sequence[Link], Sequence[Tag], Sequence[str]]  # links, tags, aliases


def quick_entry(path: PurePosixPath, data: bytes) -> Entry | None:
    """What `entry_of(parse(path, data))` would be, for a plain note."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    start, body = 0, data
    properties: Properties = (), (), ()
    if data.startswith(b"---"):
        match = FRONTMATTER.match(data)
        found = _frontmatter(data, match.end(1)) if match else None
        if not match or found is None:
            return None
        properties, start = found, match.end()
        body = b" " * (start - 1) + b"\n" + data[start:]
    if not _plain(b"\n" + data[start:]):
        return None
    links, tags = inline.links_and_tags(data, body, [Span(start, len(data))])
    headings = [Heading(len(match[1]), match[2].decode("utf-8").strip(), Span(*match.span())) for match in HEADING.finditer(body)]
    property_links, property_tags, names = properties
    return Entry(tuple(property_links), links, tuple(property_tags), tags, headings=tuple(headings), aliases=tuple(names))


def _plain(text: bytes) -> bool:
    """Whether a body, with a line break before it, is plain."""
    if MARKS.search(text) or any(pair in text for pair in PAIRS) or text.startswith(b"\n\xef\xbb\xbf"):
        return False
    if b"](" in text and text.count(b"](") != len(MARKDOWN_LINK.findall(text)):
        return False
    if BLOCK_ID.search(text) or QUOTE.search(text) or LINE.search(text):
        return False
    for indented in INDENTED.finditer(text):
        above = text.rfind(b"\n", 0, indented.start()) + 1
        if not ITEM_OF_TEXT.match(text, above, indented.start()):
            return False
    return True


def _frontmatter(data: bytes, end: int) -> Properties | None:
    """What the frontmatter before `end` holds; None where that is not YAML."""
    found = None
    if PROPERTIES.fullmatch(data, 4, end) and not NO_YAML.search(data, 4, end) and end < MAX_PROPERTIES:
        found = _properties(data, end)
    if found is None:
        read = read_frontmatter(data, Span(4, end))
        found = None if read.fault else (read.links, read.tags, aliases(read.values.get("aliases")))
    return found


def _properties(data: bytes, end: int) -> Properties | None:
    """The same of lines `key: value` and lists; None where a key stands twice, or a name may be a number."""
    links: list[Link] = []
    tags: list[Tag] = []
    names: list[str] = []
    keys = set()
    for match in EACH.finditer(data, 4, end):
        key = match[1]
        if key in keys or TYPED.match(key):
            return None
        keys.add(key)
        naming = key.lower() == b"tags" or key == b"aliases"
        if not naming and b"[" not in match[0]:
            continue
        for path, first, last in _values(data, match):
            raw = data[first:last].rstrip(b" ")
            if naming and TYPED.match(raw):
                return None
            value = _text(raw).strip()
            link = property_link(value, path, partial(_span, first, raw, value))
            if link:
                links.append(link)
            if key == b"aliases" and value:
                names.append(value)
            elif naming and (tag := property_tag(value)):
                tags.append(Tag(tag, _span(first, raw, tag)))
    return links, tags, names


def _text(raw: bytes) -> str:
    """The text of a scalar."""
    text = raw.decode("utf-8")
    if raw.startswith(b'"'):
        return ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text[1:-1])
    return text[1:-1] if raw.startswith(b"'") else text


def _span(first: int, raw: bytes, value: str) -> Span:
    """A value inside a scalar at `first`, or the scalar where escapes changed the value."""
    found = raw.find(value.encode())
    return Span(first + found, first + found + len(value.encode())) if found >= 0 else Span(first, first + len(raw))


def _values(data: bytes, match: re.Match[bytes]) -> Iterator[tuple[str, int, int]]:
    """(key path, start, end) of the values of a property."""
    key = match[1].decode()
    if match[2]:
        yield key, *match.span(2)
    elif match[3]:
        for index, item in enumerate(ITEM.finditer(data, *match.span(3))):
            yield f"{key}.{index}", *item.span(1)
