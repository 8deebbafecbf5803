from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from unicodedata import normalize

import pytest

from checker.notes import Vault, parse, resolve_subpath
from checker.notes.resolve import Files, plain_heading


def files(*names: str) -> Files:
    return Files(PurePosixPath(name) for name in names)


@pytest.mark.parametrize(
    ("source", "target", "names", "found", "how", "others"),
    [
        ("S.md", "", ["S.md"], "S.md", "same note", []),
        ("x/S.md", "T", ["x/T.md", "T.md"], "T.md", "path", ["x/T.md"]),
        ("x/S.md", "T", ["x/T.md", "y/T.md"], "x/T.md", "folder", ["y/T.md"]),
        ("S.md", "T", ["aa/T.md", "b/T.md"], "b/T.md", "shortest", ["aa/T.md"]),
        ("S.md", "T", ["a/T.md"], "a/T.md", "shortest", []),
        ("S.md", "No", ["a/T.md"], None, "unresolved", []),
        ("x/S.md", "../T", ["T.md", "x/T.md"], "T.md", "relative", []),
        ("x/S.md", "./T.md", ["T.md", "x/T.md"], "x/T.md", "relative", []),
        ("x/S.md", "../../T", ["T.md"], None, "unresolved", []),
        ("x/S.md", "../x/y/p.png", ["x/y/p.png"], "x/y/p.png", "relative", []),
        ("S.md", "/x/T", ["x/T.md"], "x/T.md", "path", []),
        ("S.md", "p.png", ["a/p.png", "p.png.md"], "p.png.md", "path", []),
        ("S.md", "b.canvas", ["a/b.canvas"], "a/b.canvas", "shortest", []),
        ("S.md", "b", ["b.canvas", "b.base"], None, "unresolved", []),
        ("S.md", "A\u00a0b", ["A b.md"], "A b.md", "path", []),
        ("S.md", "maße", ["Masse.md", "Maße.md"], "Maße.md", "path", []),
        ("S.md", "use", ["house.md"], None, "unresolved", []),
    ],
)
def test_resolution(source: str, target: str, names: list[str], found: str | None, how: str, others: list[str]) -> None:
    result = files(*names).resolve(PurePosixPath(source), target)
    assert (result.file and str(result.file), result.how, [str(path) for path in result.others]) == (found, how, others)
    assert result.ambiguous == (how == "shortest" and bool(others))


def test_unicode_forms_are_one_and_the_raw_name_is_given_back() -> None:
    raw = normalize("NFD", "Été.md")
    assert files(raw).resolve(PurePosixPath("S.md"), normalize("NFC", "été")).file == PurePosixPath(raw)


@pytest.mark.parametrize(
    ("subpath", "name", "text"),
    [
        ("#A", "A", "# A\n\n## See [[T]]: `x`\nt ^id\n\n### Deep\n\n"),
        ("#a#deep", "Deep", "### Deep\n\n"),
        ("#See T x", "See [[T]]: `x`", "## See [[T]]: `x`\nt ^id\n\n### Deep\n\n"),
        ("#B#Deep", None, None),
        ("#Deep#A", None, None),
        ("#^ID", "id", "t ^id"),
        ("#A#^id", "id", "t ^id"),
        ("#^none", None, None),
        ("#", None, None),
        ("#^item", "item", "- i ^item"),
    ],
)
def test_subpaths(subpath: str, name: str | None, text: str | None) -> None:
    note = parse(PurePosixPath("a.md"), b"# A\n\n## See [[T]]: `x`\nt ^id\n\n### Deep\n\n# B\n\n- i ^item\n  - j\n")
    found = resolve_subpath(note, subpath)
    assert (found and found.name) == name
    assert (found and note.data[found.span.start : found.span.end].decode()) == text


def test_headings_are_compared_without_punctuation() -> None:
    assert plain_heading(" What's  *new*? (2024) a-b_c ") == "what's new 2024 a-b_c"


def test_a_link_tells_whether_its_subpath_is_there(make_vault: Callable[..., Path]) -> None:
    vault = Vault.open(
        make_vault({"a.md": "[[b#H]] [[b#no]] [[b]] [[p.pdf#page=2]] [[#^x]]\n\n# x ^x", "b.md": "# H", "p.pdf": ""}) / "vault"
    )
    (note,) = (note for note in vault.notes if note.name == "a")
    assert [vault.resolve(note.path, link).subpath_found for link in note.links] == [True, False, None, None, True]
    assert vault.resolve(note.path, "b#H").anchor is not None


def test_names_that_collide_are_told(make_vault: Callable[..., Path]) -> None:
    root = make_vault({"a.md": "", "A.md": ""}) / "vault"
    if len(list(root.glob("*.md"))) < 2:
        pytest.skip("this file system folds case")
    assert [str(problem) for problem in Vault.open(root).problems] == [
        "a.md:1: its name and that of A.md differ in case or Unicode form only; rename one"
    ]
