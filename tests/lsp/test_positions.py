"""Places as editors count them, and texts that they change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from checker.lsp.positions import Positions, changed, to_bytes
from checker.notes import Span

TEXT = "a😀e\u0301z\r\n\u2028x\x0by\rlast 👩‍🔬\n"
ENCODINGS = ("utf-8", "utf-16", "utf-32")


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 8), ("utf-16", 5), ("utf-32", 4)])
def test_a_character_is_what_the_editor_counts(encoding: str, character: int) -> None:
    data = TEXT.encode()
    places, offset = Positions(data, encoding), data.index(b"z")
    assert places.position(offset) == lsp.Position(0, character)
    assert places.offset(lsp.Position(0, character)) == offset


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_lines_end_where_those_of_an_editor_end(encoding: str) -> None:
    data = TEXT.encode()
    places = Positions(data, encoding)
    assert places.position(data.index(b"x")).line == 1 and places.position(data.index(b"y")).line == 1
    assert places.position(data.index(b"last")) == lsp.Position(2, 0)
    assert places.position(len(data)) == lsp.Position(3, 0)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_lies_outside_means_the_nearest_place(encoding: str) -> None:
    data = TEXT.encode()
    places = Positions(data, encoding)
    assert places.offset(lsp.Position(0, 999)) == data.index(b"\r\n")
    assert places.offset(lsp.Position(99, 0)) == len(data)
    assert places.position(data.index(b"\n")) == places.position(data.index(b"\r\n"))
    assert Positions(data, "utf-16").offset(lsp.Position(0, 2)) == 1  # between the halves of a pair
    backwards = lsp.Range(lsp.Position(2, 3), lsp.Position(0, 0))
    assert places.span(backwards) == Span(data.index(b"t "), data.index(b"t "))


def test_a_byte_order_mark_counts_for_nothing() -> None:
    places = Positions(b"\xef\xbb\xbf# a", "utf-16")
    assert places.position(5) == lsp.Position(0, 2) and places.offset(lsp.Position(0, 2)) == 5


@given(st.text(alphabet="ab😀\u0301\r\n\u2028\x85\x0b"), st.data())
def test_a_place_is_found_again(text: str, data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(ENCODINGS))
    source = text.encode()
    places = Positions(source, encoding)
    offset = len(text[: data.draw(st.integers(0, len(text)))].encode())
    again = places.offset(places.position(offset))
    assert again == offset or source[again:offset] == b"\r"


@given(st.text(alphabet="ab😀\u0301\n\u2028\x85"), st.text(alphabet="x😀\n"), st.data())
def test_a_change_of_a_range_is_that_of_the_characters(text: str, new: str, data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(ENCODINGS))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    places = Positions(text.encode(), encoding)
    place = places.range(Span(len(text[:start].encode()), len(text[:end].encode())))
    change = lsp.TextDocumentContentChangePartial(place, new)
    assert changed(text.encode(), [change], encoding).decode() == text[:start] + new + text[end:]


def test_half_of_a_pair_becomes_a_question_mark() -> None:
    assert to_bytes("a\ud83dz") == b"a?z"
