from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.notes import parse
from checker.notes.note import Note
from checker.notes.pieces import pieces


def note(text: str) -> Note:
    return parse(PurePosixPath("N.md"), text.encode())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see [[A|b]] #t ^id", [("wikilink", ""), ("tag", "t"), ("block_id", "id")]),
        ("![[A]] %%c%% <!-- d --> $x$ $$y$$", ["wikilink", "comment_inline", "comment_inline", ("math_inline", "x"), ("math_inline", "y")]),
        ("a[^1] b^[c [[D]]]\n\n[^1]: e #t", [("footnote_reference", "1"), ("footnote_inline", "c [[D]]"), "wikilink", ("tag", "t")]),
        ("[[a[^1]b]]", ["wikilink"]),
        ("%%\n#t\n%%\n\n$$\nx\n$$\n\n    [[A]]\n", []),
        ("> > x $$a\n> > b$$", [("math_inline", "a\n b")]),
        ("[t](A.md) [r]\n\n[r]: B.md\n", []),
    ],
)  # fmt: skip
def test_what_stands_inside_blocks(text: str, found: list[tuple[str, str] | str]) -> None:
    given = [(piece.kind, piece.text) for piece in pieces(note(text))]
    assert given == [each if isinstance(each, tuple) else (each, "") for each in found]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]!#^|<>=$%`*_-:()\\"\n ab1/', max_size=80))
def test_every_link_and_tag_is_a_piece_unless_another_holds_it(text: str) -> None:
    read = note(text)
    found = pieces(read)
    inline = [piece.span for piece in found if piece.kind == "footnote_inline"]
    others = [piece.span for piece in found if piece.kind != "footnote_inline"]
    assert all(one.end <= other.start for one, other in pairwise(others))
    for span in inline:
        assert not any(other.start < span.start + 2 and other.end > span.start for other in others)
    held = [*others, *(definition.span for definition in read.definitions)]
    for thing in (*(link for link in read.links if link.kind == "wiki"), *read.tags):
        assert any(span.start <= thing.span.start and thing.span.end <= span.end for span in held)
