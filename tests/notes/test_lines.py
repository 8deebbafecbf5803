from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from checker.notes import parse
from checker.notes.lines import CHUNK, Lines, Place


def test_obsidian_counts_utf16_and_no_bom() -> None:
    lines = Lines("\ufeffa😀é\r\nb\rc\n".encode())
    assert lines.obsidian(3) == Place(0, 0, 0)
    assert lines.obsidian(4) == Place(0, 1, 1)
    assert lines.obsidian(8) == Place(0, 3, 3)
    assert lines.obsidian(12) == Place(1, 0, 6)
    assert lines.obsidian(14) == Place(2, 0, 8)
    assert [lines.column(offset) for offset in (3, 4, 8, 10)] == [1, 2, 3, 4]


@given(st.text(alphabet=st.sampled_from(list("aé😀日\n\r")), max_size=60), st.booleans(), st.integers(0, 3))
def test_places_are_what_counting_from_the_start_gives(text: str, bom: bool, chunks: int) -> None:
    text = "a😀" * (CHUNK // 5 * chunks) + text
    data = ("\ufeff" if bom else "").encode() + text.encode()
    lines, offset = Lines(data), 3 if bom else 0
    for index in range(len(text) + 1):
        if index >= len(text) - 60:
            before = text[:index]
            start = max(before.rfind("\n"), before.rfind("\r")) + 1
            if text[index - 1 : index + 1] != "\r\n":
                place = lines.obsidian(offset)
                assert place.offset == len(before.encode("utf-16-le")) // 2
                assert place.col == len(before[start:].encode("utf-16-le")) // 2
                assert place.line == before.replace("\r\n", "\n").replace("\r", "\n").count("\n")
                assert lines.column(offset) == len(before[start:]) + 1
        offset += len(text[index : index + 1].encode())


def test_places_of_a_note() -> None:
    note = parse(PurePosixPath("a.md"), "x\né [[b]]\n".encode())
    start = note.links[0].span.start
    assert (note.line_of(start), note.column_of(start), note.place_of(start)) == (2, 3, Place(1, 2, 4))
