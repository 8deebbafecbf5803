"""The blocks of a note, from the tokens of markdown-it-py: leaves, sections, headings, callouts and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from checker.notes.containers import Containers, Item
from checker.notes.lines import LINE_END, Lines, Span
from checker.notes.note import Callout, Footnote, Heading

if TYPE_CHECKING:
    from markdown_it.token import Token

LEAVES = {
    "fence": "code",
    "code_block": "code",
    "html_block": "html",
    "table_open": "table",
    "heading_open": "heading",
    "comment": "comment",
    "math": "math",
}
SECTIONS = {
    "front_matter": "yaml",
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "blockquote",
    "table_open": "table",
    "html_block": "html",
    "hr": "thematicBreak",
    "comment": "comment",
    "math": "math",
    "footnote_open": "footnoteDefinition",
}
CONTAINERS = ("list_item", "blockquote", "table", "footnote")
FROM_LINE_START = ("list", "blockquote", "callout", "code", "yaml")
CALLOUT = re.compile(rb"\[!([^\]\r\n|]+)(?:\|([^\]\r\n]*))?\]([+-]?)[ \t]*([^\r\n]*)")


@dataclass(frozen=True)
class Leaf:
    """A leaf block; `item` is the list item it stands in, if that is the block around it or above that."""

    kind: str
    line: int
    span: Span
    item: Item | None


@dataclass
class Structure:
    """What the tokens of a note say; filled by `read_structure`."""

    leaves: list[Leaf] = field(default_factory=list)
    sections: list[tuple[str, Span]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    callouts: list[Callout] = field(default_factory=list)
    footnotes: list[Footnote] = field(default_factory=list)
    open_fences: list[tuple[int, str]] = field(default_factory=list)
    definitions: list[Span] = field(default_factory=list)


def read_structure(lines: Lines, tokens: list[Token], env: Mapping[str, Any]) -> Structure:
    """The blocks of a note, in order of the text."""
    found = Structure()
    containers = Containers(lines)
    inside: list[str] = []
    for token, following in pairwise(chain(tokens, tokens[-1:])):
        if token.type.endswith("_close"):
            name = token.type.removesuffix("_close")
            if inside and inside[-1] == name:
                inside.pop()
            containers.leave(name)
            continue
        name = token.type.removesuffix("_open")
        if token.map:
            first, last = token.map
            section = SECTIONS.get(token.type)
            if token.level == 0 and section:
                found.sections.append(_section(lines, section, first, last))
            callout = _callout(lines, containers, first) if name == "blockquote" else None
            if callout:
                found.callouts.append(callout)
            containers.enter(name, first, last)
            _leaf(found, lines, token, following, inside, containers)
        if name in CONTAINERS and token.nesting == 1:
            inside.append(name)
    found.items = containers.items
    found.definitions = sorted(_definitions(lines, env))
    found.sections = sorted([*found.sections, *(("definition", span) for span in found.definitions)], key=lambda pair: pair[1])
    return found


def _leaf(found: Structure, lines: Lines, token: Token, following: Token, inside: list[str], containers: Containers) -> None:
    assert token.map
    first, last = token.map
    span = line_span(lines, first, last)
    if token.type == "fence" and not _closed(lines.data[span.start : span.end], token.markup):
        found.open_fences.append((first, token.markup))
    if token.type == "footnote_open":
        found.footnotes.append(Footnote("definition", str(token.meta["id"]), _trimmed(lines, first, last)))
    if token.type == "heading_open" and token.level == 0:  # Obsidian knows none in a quote or list
        found.headings.append(Heading(int(token.tag[1]), following.content, span))
    if token.type in LEAVES:
        found.leaves.append(Leaf(LEAVES[token.type], first + 1, span, containers.item))
    elif token.type == "paragraph_open":
        kind = {"list_item": "list item", "blockquote": "quote"}.get(inside[-1] if inside else "", "paragraph")
        if kind == "quote" and found.callouts and lines.index(found.callouts[-1].span.start) == first:
            kind = "callout"
        found.leaves.append(Leaf(kind, first + 1, span, containers.item))


def line_span(lines: Lines, first: int, last: int) -> Span:
    """From the start of a line to the last byte before the line breaks that end at line `last`."""
    data, start = lines.data, lines.starts[first]
    end = lines.starts[last] if last < len(lines.starts) else len(data)
    while end > start and data[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    return Span(start, end)


def _trimmed(lines: Lines, first: int, last: int) -> Span:
    """Whole lines, without the blank ones at the end."""
    last = min(last, len(lines.starts))
    while last > first + 1 and not lines.text(last - 1).strip():
        last -= 1
    return Span(lines.starts[first], lines.end(last - 1))


def _section(lines: Lines, kind: str, first: int, last: int) -> tuple[str, Span]:
    span = _trimmed(lines, first, last)
    if kind == "blockquote" and CALLOUT.match(lines.text(first).lstrip(b" \t").removeprefix(b">").lstrip(b" \t")):
        kind = "callout"
    if kind in FROM_LINE_START:
        return kind, span
    text = lines.data[span.start : span.end]
    return kind, Span(span.end - len(text.lstrip(b" \t")), span.end)


def _callout(lines: Lines, containers: Containers, first: int) -> Callout | None:
    start = containers.quote_text(first)
    match = CALLOUT.match(lines.data, start, lines.end(first))
    if not match:
        return None
    kind, metadata, fold, title = ((part or b"").decode("utf-8").strip() for part in match.groups())
    return Callout(kind.lower(), metadata, fold, title, Span(start, lines.end(first)))


def _closed(source: bytes, markup: str) -> bool:
    last = LINE_END.split(source.rstrip())[-1].decode("utf-8", "replace").lstrip(" \t>")
    return last.startswith(markup) and not last.strip(markup[0] + " \t") and len(LINE_END.split(source)) > 1


def _definitions(lines: Lines, env: Mapping[str, Any]) -> Iterator[Span]:
    for reference in (*env.get("references", {}).values(), *env.get("duplicate_refs", ())):
        yield _trimmed(lines, *reference["map"])
