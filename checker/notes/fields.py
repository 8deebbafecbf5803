"""Dataview fields: `key:: value` as a whole line, `[key:: value]` and `(key:: value)` inside one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.notes.inline import WIKILINK
from checker.notes.lines import Span
from checker.notes.note import Field

LINE = re.compile(rb"[ \t>]*(?:(?:[*+-]|\d+[.)])[ \t]+(?:\[[^\r\n]{1,4}\][ \t]+)?)?([^\r\n]*?)::([^\r\n]*)")
KEY = re.compile(r"[*_~]*([^\W_](?:[\w /-]|[^\x00-\x7f\w])*?)[*_~]*[ ]*")
CANDIDATE = re.compile(rb"(?:\A|(?<=[\r\n]))[^\r\n]*::[^\r\n]*")
BRACKETS = re.compile(rb"\\.|[\[\]()]")
CLOSING = {b"[": b"]", b"(": b")"}
MAX_KEY = 200


def fields(data: bytes, visible: bytes) -> Iterator[Field]:
    """The fields of a note, in order. A line that holds fields in brackets is no field as a whole."""
    if b"::" not in visible:
        return
    for row in CANDIDATE.finditer(WIKILINK.sub(lambda link: b" " * len(link[0]), visible)):
        inline = sorted(_inline(data, row), key=lambda found: found.span)
        if inline:
            yield from inline
            continue
        whole = LINE.match(row.string, row.start(), row.end())
        name = _key(data[slice(*whole.span(1))]) if whole else None
        if whole and name:
            yield Field(name, _value(data, *whole.span(2)), "line", Span(whole.start(1), whole.end()))


def _inline(data: bytes, row: re.Match[bytes]) -> Iterator[Field]:
    visible, openings = row.string, list[re.Match[bytes]]()
    for token in BRACKETS.finditer(visible, row.start(), row.end()):
        if token[0] in CLOSING:
            openings.append(token)
        elif openings and token[0] == CLOSING[openings[-1][0]]:
            start = openings.pop()
            mark = visible.find(b"::", start.end(), min(token.start(), start.end() + MAX_KEY))
            name = _key(data[start.end() : mark]) if mark >= 0 else None
            if name:
                form = "[]" if start[0] == b"[" else "()"
                yield Field(name, _value(data, mark + 2, token.start()), form, Span(start.start(), token.end()))


def _value(data: bytes, start: int, end: int) -> str | None:
    return data[start:end].decode("utf-8").strip() or None


def _key(raw: bytes) -> str | None:
    if len(raw) > MAX_KEY:
        return None
    match = KEY.fullmatch(raw.decode("utf-8", "ignore").strip())
    return match[1].strip() if match else None
