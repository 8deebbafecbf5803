"""The entry of a plain note, found without a parser; None for a note that is not plain.

Plain means that no parser is needed to find where a link or tag is hidden: there is no HTML, comment, definition or block id,
code stands between fences or within a line, and a heading is recognised by its line. Most notes are plain. What is found is what
`parse` finds, and the tests hold one against the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from checker.notes import inline
from checker.notes.entry import Entry, aliases, callouts
from checker.notes.lines import Span
from checker.notes.link import Link
from checker.notes.note import BlockId, Heading, Tag
from checker.notes.properties import property_link, property_tag, read_frontmatter

# Scalars that YAML takes as they stand. Only what is quoted or begins with a letter can be more than a number or a date.
_REST = rb"(?:[^\n:#]|:(?=\S)|(?<=\S)#)*"
QUOTED = rb"'[^'\n]*'|\"(?:[^\"\\\n]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3})*\""
ESCAPE = re.compile(r"\\(?:x(..)|u(....))")
VALUE = rb"(?:[A-Za-z(\xc3-\xf4]" + _REST + rb"|[0-9][^\n:#]{0,300}|" + QUOTED + rb") *"
LIST = rb"(?:- " + VALUE + rb"\n)+|(?:  - " + VALUE + rb"\n)+"
FLOW_ITEM = rb"(?:[A-Za-z(\xc3-\xf4][^\n,:#\[\]{}\"']*|" + QUOTED + rb") *"
FLOW = rb"\[ *(?:" + FLOW_ITEM + rb"(?:, *" + FLOW_ITEM + rb")*)?\] *"
PROPERTY = rb"([A-Za-z][A-Za-z0-9_-]{0,99}):(?: +(?:(" + VALUE + rb")|(" + FLOW + rb"))\n| *\n(" + LIST + rb")?)"
FRONTMATTER = re.compile(rb"---\n((?:(?! {0,3}---|\.\.\.)[^\n]*\n)*)---(?:\n|\Z)")
EACH = re.compile(PROPERTY)
ITEM = re.compile(rb" *- (" + VALUE + rb")\n")
SIMPLE_LINK = re.compile(rb"(['\"])\[\[[^\s\[\]|#\\'\"](?:[^\[\]|#\\'\"]*[\w.)\-])?\]\]\1")  # nothing but a name
EACH_IN_FLOW = re.compile(rb"(?:\[|,) *(" + FLOW_ITEM + rb")")
TYPED = re.compile(rb"[0-9]|(?:true|false|null)\Z", re.IGNORECASE)  # what may not be a string, or is a key that is none
NO_NAMES = {word for name in (b"null", b"true", b"false") for word in (name, name.title(), name.upper())}
NO_YAML = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef(?:\xbb\xbf|\xbf[\xbe\xbf])")

MAX_PROPERTIES = 100_000  # bytes

# What makes a note not plain. Each pattern begins with a fixed byte that the search goes by, so it costs little.
CONTROLS = bytes({*range(32)} - {9, 10})  # other line ends, and what makes no text
HTML = re.compile(rb"<[A-Za-z/!?]")
QUOTE = re.compile(rb">(?: {5}| ?\t|(?: ?>){19})")  # code in a quote, more depth than is read
_BULLET = rb"(?:[-*+]|\d+[.)])"
LINE = re.compile(
    rb"\n(?:[ \t>]*" + _BULLET + rb"(?:[ \t]*(?=\n|\Z)| {5}| *\t|[ ]+(?:" + _BULLET + rb" +){19})"  # code in an item, or depth
    rb"|[ \t]{80}[ \t]*[^ \t\n]"
    rb"| {1,3}#{1,6}(?=[ \t\n]|\Z)|#{1,6}(?:[ \t]*(?=\n|\Z)|[ \t][^\n]*(?:\||#[ \t]*(?=\n|\Z)))"  # an odd heading
    rb"|(?<!\n\n) {0,3}(?:-+|=+)[ \t]*(?=\n|\Z))"  # a heading by what stands under it
)
INDENTED = re.compile(rb"\n(?: {4}| {0,3}\t)[ \t]*[^ \t\n]")
ITEM_OF_TEXT = re.compile(rb"[ \t]*" + _BULLET + rb" (?:\[.\] )?[\w\[\]()!\"'\x80-\xff]")  # code cannot begin right below
FENCE = re.compile(rb"\n```[^`\n]*\n(?:(?! {0,3}```)[^\n]*\n)* {0,3}`{3,}[ \t]*(?=\n|\Z)")
IN_LINE = re.compile(rb"`[^`\n]*`")
HEADING = re.compile(rb"\n(#{1,6})[ \t]+([^\n]*)")
BLOCK_ID = re.compile(rb"\^(?<=\s\^)([A-Za-z0-9-]+)[ \t]*(?:\n|\Z)")
BLOCK_ENDS = re.compile(rb"[ \t]*(?:\n|\Z|[-*+] \S)")
DEFINITION = re.compile(rb"\n[ \t>]*(?:" + _BULLET + rb"[ \t]+)*\[[^\n]*\]:")
CELLS = re.compile(rb"\$[^$\n|]*\|[^$\n]*\$")  # what may be a formula, or two cells of a table
MARKDOWN_LINK = re.compile(rb"\[[^\[\]\n]*\]\([^\s<>()]*\)")


Properties = tuple[Sequence[Link], Sequence[Tag], Sequence[str]]  # links, tags, aliases


def quick_entry(data: bytes) -> Entry | None:
    """What `entry_of(parse(path, data))` would be, for a plain note."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(data.translate(None, CONTROLS)) != len(data) or b"<<<<<<<" in data or b">>>>>>>" in data:
        return None
    start = 0
    properties: Properties = (), (), ()
    if data.startswith(b"---"):
        match = FRONTMATTER.match(data)
        found = _frontmatter(data, match.end(1)) if match else None
        if not match or found is None:
            return None
        properties, start = found, match.end()
    body = b"\n" + data[start:]
    text = fenced = FENCE.sub(_blanked, body) if b"```" in body else body
    if not _plain(text):
        return None
    if b"`" in text:
        text = IN_LINE.sub(_blanked, text)
    if b"$" in text:
        text = inline.without_math(text)
    ids = _block_ids(fenced, text, start - 1) if b"^" in text else ()
    if ids is None:
        return None
    links, tags = inline.links_and_tags(data, b" " * start + text[1:], [Span(start, len(data))])
    headings = []
    for match in HEADING.finditer(body) if b"\n#" in fenced else ():
        if fenced[match.start() + 1] == 35:  # not in code
            heading = match[2].decode("utf-8").strip(" \t")
            if heading != heading.strip():  # blanks that markdown-it does not all take for some
                return None
            headings.append(Heading(len(match[1]), heading, Span(start + match.start(), start + match.end() - 1)))
    property_links, property_tags, names = properties
    kinds = callouts(data)
    return Entry(tuple(property_links), links, tuple(property_tags), tags, (), tuple(headings), ids, tuple(names), (), kinds)


def _blanked(match: re.Match[bytes]) -> bytes:
    return inline.blanked(match[0])


def _plain(text: bytes) -> bool:
    """Whether a body whose fenced code is blank, with a line break before it, is plain."""
    if b"~~~" in text or b"%%" in text or b"\\`" in text or text.startswith(b"\n\xef\xbb\xbf"):
        return False  # other fences, comments, escaped code, a byte order mark
    if HTML.search(text) or QUOTE.search(text) or LINE.search(text):
        return False
    if (b"](" in text or b"]:" in text) and not _closed_in_line(text):
        return False
    if b"`" in text and not _pairs(text, b"`"):
        return False
    if b"$" in text and CELLS.search(text):
        return False
    if b"$$" in text and not _pairs(text, b"$$"):
        return False
    for indented in INDENTED.finditer(text):
        above = text.rfind(b"\n", 0, indented.start()) + 1
        if not ITEM_OF_TEXT.match(text, above, indented.start()):
            return False
    return True


def _closed_in_line(text: bytes) -> bool:
    """Whether brackets and destinations end on the line that they begin on, and no line begins with a definition."""
    if text.count(b"](") == len(MARKDOWN_LINK.findall(text)) and b"]:" not in text and b"\\" not in text:
        return True
    if b"\\[" in text or b"\\]" in text or DEFINITION.search(text):
        return False
    position = text.find(b"](")
    while position >= 0:
        found = inline.DESTINATION.match(text, position + 1)
        if found and b"\n" in found[0]:
            return False
        position = text.find(b"](", position + 1)
    return all(line.count(b"[") == line.count(b"]") for line in text.split(b"\n"))


def _pairs(text: bytes, mark: bytes) -> bool:
    """Whether a mark stands in pairs on each line, none of them in a wikilink or beside another."""
    beside = mark + mark[:1] in text
    return not beside and not any(line.count(mark) % 2 or (mark in line and b"[[" in line) for line in text.split(b"\n"))


def _block_ids(fenced: bytes, text: bytes, offset: int) -> tuple[BlockId, ...] | None:
    """The ids at the end of blocks of `text`, whose code and math are blank; None where it is not plain that a block ends."""
    found = []
    for match in BLOCK_ID.finditer(text):
        if not BLOCK_ENDS.match(fenced, match.end()) or (b"|" in text and fenced[match.end() : match.end() + 1].strip()):
            return None
        found.append(BlockId(match[1].decode(), Span(offset + match.start(), offset + match.end(1))))
    return tuple(found)


def _frontmatter(data: bytes, end: int) -> Properties | None:
    """What the frontmatter before `end` holds; None where that is not YAML."""
    if data[4:end] == b"{}\n":
        return (), (), ()
    front = data[:end]
    odd = b"\t" in front or b"\x7f" in front or (not front.isascii() and NO_YAML.search(front)) or end > MAX_PROPERTIES
    found = None if odd else _properties(data, end)
    if found is None:
        read = read_frontmatter(data, Span(4, end))
        found = None if read.fault else (read.links, read.tags, aliases(read.values.get("aliases")))
    return found


def _properties(data: bytes, end: int) -> Properties | None:
    """The same of lines `key: value` and lists; None where a key stands twice, or a name may be a number."""
    links: list[Link] = []
    tags: list[Tag] = []
    names: list[str] = []
    keys, reached = set(), 4
    for match in EACH.finditer(data, 4, end):
        key = match[1]
        if match.start() != reached or key in keys or TYPED.match(key):
            return None
        reached = match.end()
        keys.add(key)
        naming = key.lower() == b"tags" or key == b"aliases"
        if not naming and b"[" not in match[0]:
            continue
        for path, first, last in _values(data, match):
            raw = data[first:last].rstrip(b" ")
            if not naming and SIMPLE_LINK.fullmatch(raw):
                inner, span = raw[1:-1].decode("utf-8"), Span(first + 1, first + len(raw) - 1)
                links.append(Link(inner[2:-2], "", None, False, span, "property", path, inner))
                continue
            if naming and raw in NO_NAMES:
                continue
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
    return (links, tags, names) if reached == end else None


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
        return
    block, form = (match.span(3), EACH_IN_FLOW) if match[3] else (match.span(4), ITEM)
    for index, item in enumerate(form.finditer(data, *block)):
        yield f"{key}.{index}", *item.span(1)
