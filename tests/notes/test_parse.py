from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import NoteError
from checker.notes import Note, parse


def read(text: str | bytes) -> Note:
    return parse(PurePosixPath("Note.md"), text.encode() if isinstance(text, str) else text)


def test_everything_at_once() -> None:
    note = read("---\nyear: 2022\nup: no\n---\n# Title #top\n\nSee [[Other#Part|there]] and ![[p.png]].\n\n- item #claim ^abc\n")
    assert note.properties == {"year": 2022, "up": "no"}
    assert [(h.level, h.text) for h in note.headings] == [(1, "Title #top")]
    assert [(link.target, link.subpath, link.display, link.embed) for link in note.links] == [
        ("Other", "#Part", "there", False),
        ("p.png", "", None, True),
    ]
    assert [tag.name for tag in note.tags] == ["top", "claim"]
    assert [(block.kind, block.line) for block in note.blocks] == [("heading", 5), ("paragraph", 7), ("list item", 9)]
    assert note.blocks[2].block_id is not None and note.blocks[2].block_id.id == "abc"


@pytest.mark.parametrize(
    "text",
    [
        "`a #claim [[b]]`",
        "``a ` #claim [[b]]``",
        "```\n#claim [[b]]\n```",
        "~~~ x\n#claim [[b]]\n~~~",
        "    #claim [[b]]",
        "$x #claim [[b]]$",
        "$$\n#claim [[b]]\n$$",
        "%% #claim [[b]] %%",
        "%%\n\n#claim [[b]]\n\n%%",
        "<!-- #claim [[b]] -->",
        "<div>\n#claim [[b]]\n</div>",
        "---\nx: '#claim [[b]]'\n---\n",
        "> ```\n> #claim [[b]]\n> ```",
    ],
)
def test_code_math_comments_html_and_frontmatter_are_blank(text: str) -> None:
    note = read(text)
    assert (note.tags, note.links) == ((), ())
    assert len(note.visible) == len(note.data)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#a #b/c #d-e_f", ["a", "b/c", "d-e_f"]),
        ("#1 #1a", ["1a"]),
        ("a#b &#35;", []),
        ("(#a) [[x#b]]", ["a"]),
        ("#ünï #日本", ["ünï", "日本"]),
        ("costs $5 #a and $6", ["a"]),
    ],
)
def test_tags(text: str, names: list[str]) -> None:
    assert [tag.name for tag in read(text).tags] == names


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("[[A]] [[B|b]]", ["A", "B"]),
        ("[[]] [[ ]]", []),
        (r"\[[A]]", []),
        ("[[A [[B]]", ["B"]),
        ("[[A\nB]]", []),
        (r"|[[A\|a]]|", ["A"]),
    ],
)
def test_wikilinks(text: str, targets: list[str]) -> None:
    assert [link.target for link in read(text).links] == targets


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a ^x", ["x"]),
        ("- a ^x\n- b", ["x", None]),
        ("> a\n\n^x", ["x", "x"]),
        ("> a ^x\n\n^y", ["x", "y"]),
        ("| a |\n|---|\n\n^x", ["x", "x"]),
        ("para\n\n^x", [None, "x"]),
        ("a^x", [None]),
        ("a ^x y", [None]),
        ("`^x`", [None]),
    ],
)
def test_block_ids(text: str, ids: list[str | None]) -> None:
    assert [block.block_id and block.block_id.id for block in read(text).blocks] == ids


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_spans_are_bytes_whatever_the_line_ending(ending: str) -> None:
    note = read(("\ufeffé\n\n- ü [[Ä]] #claim ^id-1\n").replace("\n", ending))
    (link,), (tag,), (block_id,) = note.links, note.tags, note.block_ids
    assert note.data[link.span.start : link.span.end] == "[[Ä]]".encode()
    assert note.data[tag.span.start : tag.span.end] == b"#claim"
    assert note.data[block_id.span.start : block_id.span.end] == b"^id-1"
    assert note.line_of(tag.span.start) == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"ok \xff", "not UTF-8 at byte offset 3"), (b"\xef\xbb\xbfok \xff", "offset 6"), (b"a\0b", "NUL byte at offset 1")],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(NoteError, match=message):
        read(data)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\na: 1\n", 1, "not closed"),
        ("x\n\n```\ncode", 3, "not closed"),
        ("---\na: 1\na: 2\n---\n", 3, "stands twice"),
        ("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", 2, "merge-conflict"),
    ],
)
def test_faults_make_a_note_unwritable(text: str, line: int, message: str) -> None:
    note = read(text)
    assert not note.writable
    assert note.problems[0].line == line
    assert message in note.problems[0].message


def test_closed_fences_are_no_fault() -> None:
    assert read("```python\nx\n```\n\n> ~~~\n> y\n> ~~~\n\n- ```\n  z\n  ```\n").writable


@given(st.text(alphabet=st.sampled_from(list("ab #[]|^`$%-\n\r>\t*!é日x1:<")), max_size=80))
def test_any_text_is_read_with_spans_inside_it(text: str) -> None:
    note = read(text)
    assert len(note.visible) == len(note.data)
    for thing in (*note.links, *note.tags, *note.blocks, *note.block_ids, *note.headings):
        assert 0 <= thing.span.start <= thing.span.end <= len(note.data)
