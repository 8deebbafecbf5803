from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from checker.notes import Note, Span, parse


def read(text: str) -> Note:
    return parse(PurePosixPath("Note.md"), text.encode())


def cut(note: Note, span: Span) -> str:
    return note.data[span.start : span.end].decode()


def test_sections() -> None:
    note = read(
        "---\na: 1\n---\n# H\n\npara\nmore\n%%\n- x\n%%\n- a\n\n  b\n- c\n\n> q\n\n> [!note]\n\n```\nx\n```\n\n| a |\n| - |\n\n---\n\n"
        "$$\nx\n\n- y\n$$\n\n<div>\n</div>\n\n[^1]: foot\n\n[r]: x.md\n"
    )
    assert [section.kind for section in note.sections] == [
        "yaml", "heading", "paragraph", "comment", "list", "blockquote", "callout", "code", "table", "thematicBreak", "math",
        "html", "footnoteDefinition", "definition",
    ]  # fmt: skip
    assert cut(note, note.sections[2].span) == "para\nmore"
    assert cut(note, note.sections[4].span) == "- a\n\n  b\n- c"
    assert cut(note, note.sections[10].span) == "$$\nx\n\n- y\n$$"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- a\n    - b\n", [("- a", -1, None), ("  - b", 0, None)]),
        ("- a\n\t- b\n", [("- a", -1, None), ("- b", 0, None)]),
        ("1. a\n    - b\n", [("1. a", -1, None), ("- b", 0, None)]),
        ("\n\n- [x] a\n- [ ] b\n- [/] c\n- [](d)\n", [("- [x] a", -2, "x"), ("- [ ] b", -2, " "), ("- [/] c", -2, "/"), ("- [](d)", -2, None)]),
        ("1. a\n\n2. b\n", [("1. a\n", -1, None), ("2. b", -1, None)]),
        ("x\n> - a\n>   - b\n", [("- a", -1, None), ("- b", 1, None)]),
        ("- a\nlazy\n", [("- a\nlazy", -1, None)]),
    ],
)  # fmt: skip
def test_list_items(text: str, items: list[tuple[str, int, str | None]]) -> None:
    note = read(text)
    assert [(cut(note, item.span), item.parent, item.task) for item in note.list_items] == items


def test_ids_of_list_items_sections_and_whole_lists() -> None:
    note = read("- a ^one\n  - b ^Two\n\npara ^three\n\n- c\n- d\n\n^four\n\n> q\n^five\n")
    assert [item.block_id and item.block_id.id for item in note.list_items] == ["one", "Two", None, None]
    assert [(section.kind, section.block_id and section.block_id.id) for section in note.sections] == [
        ("list", None),
        ("paragraph", "three"),
        ("list", "four"),
        ("paragraph", None),
        ("blockquote", "five"),
    ]
    assert [found.id for found in note.block_ids] == ["one", "Two", "three", "four", "five"]


def test_callouts() -> None:
    note = read("> [!Note|wide]- A *title*\n> x\n>\n> > [!x y]\n> > z\n\n- > [!tip]+\n  > t\n\n> plain\n")
    found = [(callout.kind, callout.metadata, callout.fold, callout.title) for callout in note.callouts]
    assert found == [("note", "wide", "-", "A *title*"), ("x y", "", "", ""), ("tip", "", "+", "")]


def test_headings_stand_at_the_root() -> None:
    note = read("# A *b* #\n> # no\n\n- # no\n\nSet [[x]]\n---\n")
    assert [(heading.level, heading.text) for heading in note.headings] == [(1, "A *b*"), (2, "Set [[x]]")]


def test_footnotes() -> None:
    note = read("a[^1] b^[in [[T]] it] \\[^no] `[^no]`\n\n[^1]: text [[U]]\n    - more\n\nnot\n\n[^2]: word\n")
    assert [(found.kind, found.id, cut(note, found.span)) for found in note.footnotes] == [
        ("reference", "1", "[^1]"),
        ("inline", "", "^[in [[T]] it]"),
        ("definition", "1", "[^1]: text [[U]]\n    - more"),
        ("definition", "2", "[^2]: word"),
    ]
    assert [link.target for link in note.links] == ["T", "U"]
    assert note.definitions == ()


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("key:: v", [("key", "v", "line")]),
        ("- [ ] **Due date**:: [[x]]", [("Due date", "[[x]]", "line")]),
        ("> a::", [("a", None, "line")]),
        ("x [k:: v [y]] (p:: )", [("k", "v [y]", "[]"), ("p", None, "()")]),
        ("k:: `code`", [("k", "`code`", "line")]),
        ("see `x` k:: v", []),
        ("`k:: v` and ```a:: b```", []),
        ("[[a::b]] \\(c:: d)", []),
        ("été 🎉:: 1", [("été 🎉", "1", "line")]),
        (":: v", []),
    ],
)
def test_dataview_fields(text: str, fields: list[tuple[str, str | None, str]]) -> None:
    assert [(field.key, field.value, field.form) for field in read(text).fields] == fields


def test_properties() -> None:
    text = "---\nt: é\nl:\n  - 1\n  - 2\nn: 1.5\nb: false\nd: 2024-01-02\ns: 2024-01-02T03:04\ne:\no: {a: 1}\n---\n"
    note = read(text)
    assert [(item.key, item.kind, cut(note, item.span)) for item in note.property_items] == [
        ("t", "text", "t: é"),
        ("l", "list", "l:\n  - 1\n  - 2"),
        ("n", "number", "n: 1.5"),
        ("b", "checkbox", "b: false"),
        ("d", "date", "d: 2024-01-02"),
        ("s", "datetime", "s: 2024-01-02T03:04"),
        ("e", "empty", "e:"),
        ("o", "object", "o: {a: 1}"),
    ]
    assert note.frontmatter and cut(note, note.frontmatter) == text.rstrip()


def test_math_and_comment_blocks_hold_no_structure() -> None:
    note = read("$$\n# no\n%% x\n\n- no\n$$\n\n# yes %%\n")
    assert [heading.text for heading in note.headings] == ["yes %%"]
    assert note.list_items == ()
    assert [problem.line for problem in note.problems] == [8]


def test_aliases_in_properties_keep_their_key_path_and_cannot_explode() -> None:
    note = read('---\na: &a ["[[x]]"]\nb: *a\n---\n')
    assert [(link.key, link.target) for link in note.property_links] == [("a.0", "x"), ("b.0", "x")]
    bomb = "a0: &a0 [1, 1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 12))
    assert len(read(f"---\n{bomb}---\n").property_items) == 12
