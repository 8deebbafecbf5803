"""Reading never fails on a text, and every span lies inside the file."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.notes import Note, Span, cached_metadata, parse, read_canvas, resolve_subpath

NOTES = [
    json.loads(path.read_text(encoding="utf-8"))["fileContents"]
    for path in sorted((Path(__file__).parent / "data" / "cached-metadata").glob("*.json"))
]
PIECES = [
    "[[", "]]", "[", "]", "(", ")", "![", "|", "#", "#t", "^", " ^a", "^[", "[^1]", "[^1]: ", "[r]: ", "`", "```", "~~~", "$", "$$",
    "%%", "<!--", "-->", "<div>", "<a ", "> ", ">", "[!x]- ", "- ", "- [ ] ", "1. ", "  ", "    ", "\t", "---", "===", "::", "k:: v",
    "| a |", "| - |", "\n", "\n\n", "\r\n", "\r", "a", "B.md", "é", "😀", "\ufeff", "\u2028", "\x0b", "\\", "*", "'", '"', "tags: ", "x: ",
    "<<<<<<< a", ">>>>>>> b", "<!-- ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def check(note: Note) -> None:
    """Every span of a note lies inside it, and no link or tag begins where another does."""
    assert len(note.visible) == len(note.data)
    for span in spans(note):
        assert 0 <= span.start <= span.end <= len(note.data)
        assert note.data[span.start : span.end].decode() is not None
        assert 1 <= note.line_of(span.start) <= note.line_of(span.end)
    assert len({link.span for link in note.body_links}) == len(note.body_links)
    for link in note.body_links:
        assert note.data[link.span.start : link.span.end].decode() == link.original
    for tag in note.body_tags:
        assert note.data[tag.span.start : tag.span.end].decode() == f"#{tag.name}"
    json.dumps(cached_metadata(note))
    for link in note.all_links:
        resolve_subpath(note, link.subpath)


def spans(value: Any) -> list[Span]:
    if isinstance(value, Span):
        return [value]
    if isinstance(value, tuple):
        return [span for item in value for span in spans(item)]
    if dataclasses.is_dataclass(value):
        return [span for field in dataclasses.fields(value) for span in spans(getattr(value, field.name))]
    return []


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    check(parse(PurePosixPath("a.md"), text.encode()))


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_any_frontmatter(text: str, body: str) -> None:
    check(parse(PurePosixPath("a.md"), f"---\n{text}\n---\n{body}".encode()))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NOTES), st.data())
def test_a_note_that_was_cut_and_patched(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
        text = text[:start] + data.draw(TEXTS) + text[min(end, start + 30) :]
    check(parse(PurePosixPath("a.md"), text.encode()))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.text(max_size=20))
def test_any_canvas(text: str, rest: str) -> None:
    data = json.dumps({"nodes": [{"id": rest, "type": "text", "text": text}]}).encode()
    canvas = read_canvas(PurePosixPath("a.canvas"), data)
    assert all(json.loads(data[link.span.start : link.span.end]) == text for link in canvas.links)
    read_canvas(PurePosixPath("a.canvas"), data[: len(data) // 2])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("text", NOTES[:8])
def test_line_endings_change_no_structure(text: str, ending: str) -> None:
    plain, other = (parse(PurePosixPath("a.md"), t.encode()) for t in (text, text.replace("\n", ending)))
    check(other)
    assert [(item.line, item.parent, item.task) for item in plain.list_items] == [
        (item.line, item.parent, item.task) for item in other.list_items
    ]
    assert [(link.destination, plain.place_of(link.span.start).col) for link in plain.all_links] == [
        (link.destination, other.place_of(link.span.start).col) for link in other.all_links
    ]
    assert [section.kind for section in plain.sections] == [section.kind for section in other.sections]
