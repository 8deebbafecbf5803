"""A `.canvas` file: its nodes, and the links that stand in them."""

from __future__ import annotations

import json
import json.scanner
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from checker.errors import NoteError
from checker.notes.lines import BOM, Lines, Span
from checker.notes.link import Link
from checker.notes.note import Problem
from checker.notes.parse import parse


@dataclass(frozen=True)
class Canvas:
    """A canvas as read. The `key` of a link is its node's id; its span covers the JSON string that holds it."""

    path: PurePosixPath
    data: bytes
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()

    def line_of(self, offset: int) -> int:
        """The 1-based line of a byte offset of this file."""
        return Lines(self.data).index(offset) + 1


class _Located(str):
    """A string of a JSON text, with the characters [start, end) that it fills there."""

    start = end = 0


def read_canvas(path: PurePosixPath, data: bytes) -> Canvas:
    """Read the file nodes and the links in text nodes. A canvas that is no JSON has a problem and no links."""
    try:
        text = data.removeprefix(BOM).decode("utf-8")
        loaded = _decoder().decode(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        return Canvas(path, data, problems=(Problem(path, line, f"not a canvas: {getattr(error, 'msg', error)}"),))
    nodes = loaded.get("nodes") if isinstance(loaded, dict) else None
    links: list[Link] = []
    for node in nodes if isinstance(nodes, list) else []:
        if isinstance(node, dict):
            links.extend(_links(path, text, node, len(data) - len(data.removeprefix(BOM))))
    return Canvas(path, data, tuple(links))


def _links(path: PurePosixPath, text: str, node: dict[str, Any], offset: int) -> list[Link]:
    key = str(node.get("id", ""))
    file, shown = node.get("file"), node.get("text")
    if node.get("type") == "file" and isinstance(file, _Located) and file:
        subpath = node.get("subpath")
        subpath = subpath if isinstance(subpath, str) else ""
        return [Link(str(file), subpath, None, True, _span(text, file, offset), "canvas", key, str(file) + subpath)]
    if node.get("type") == "text" and isinstance(shown, _Located):
        try:
            note = parse(path, shown.encode())
        except (NoteError, UnicodeEncodeError):
            return []
        span = _span(text, shown, offset)
        return [link._replace(span=span, kind="canvas", key=key) for link in note.all_links]
    return []


def _span(text: str, found: _Located, offset: int) -> Span:
    start = offset + len(text[: found.start].encode())
    return Span(start, start + len(text[found.start : found.end].encode()))


def _decoder() -> json.JSONDecoder:
    """A JSON decoder whose strings know where they stand."""
    decoder: Any = json.JSONDecoder()
    plain = decoder.parse_string

    def located(text: str, start: int, strict: bool = True) -> tuple[_Located, int]:
        value, end = plain(text, start, strict)
        found = _Located(value)
        found.start, found.end = start - 1, end
        return found, end

    scanner: Any = json.scanner
    decoder.parse_string = located
    decoder.scan_once = scanner.py_make_scanner(decoder)
    found: json.JSONDecoder = decoder
    return found
