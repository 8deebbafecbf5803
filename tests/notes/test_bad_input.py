"""What may be wrong with the files of a vault (rules 1 to 5, 13, 15 and 18 to 21, 26 of the failure model): told, and nothing is lost."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from checker.errors import NoteError
from checker.notes import Vault, parse
from checker.notes.parse import MAX_BYTES

Make = Callable[..., Path]


def problems(root: Path) -> list[str]:
    return [str(problem) for problem in Vault.open(root).problems]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"ok \xff", "a.md:1: not UTF-8 at byte offset 3; skipped, untouched"),  # 1
        (b"\xef\xbb\xbfok \xe9", "a.md:1: not UTF-8 at byte offset 6; skipped, untouched"),
        ("text".encode("utf-16"), "a.md:1: not UTF-8 at byte offset 0; skipped, untouched"),
        (b"x\x00y", "a.md:1: holds a NUL byte at offset 1; not a text, skipped"),  # 3
        (b"x" * (MAX_BYTES + 1), "a.md:1: larger than 10 MB; skipped"),  # 4
    ],
)
def test_what_is_no_text_is_skipped(make_vault: Make, data: bytes, message: str) -> None:
    root = make_vault({"a.md": data, "b.md": "[[a]]"}) / "vault"
    vault = Vault.open(root)
    assert [str(problem) for problem in vault.problems] == [message]
    assert [str(path) for path in vault.note_paths] == ["b.md"]
    assert [str(link.file) for link in vault.links()] == ["a.md"]  # the file is there all the same
    assert (root / "a.md").read_bytes() == data
    with pytest.raises(NoteError):
        parse(PurePosixPath("a.md"), data)


@pytest.mark.parametrize("text", ["\ufeffa\n", "a\r\nb\rc\n", "no end", "a\x0bb\x85c\u2028d\n", "", "\n", " \t\n"])
def test_odd_but_sound_texts_are_read_as_they_are(text: str) -> None:  # 2
    note = parse(PurePosixPath("a.md"), text.encode())
    assert (note.data, note.problems) == (text.encode(), ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\na: b\n", "a.md:1: the frontmatter is not closed; end it with a line `---`. Not written until then"),  # 5
        ("x\n\n```py\ncode\n", "a.md:3: the code block is not closed; end it with ```. Not written until then"),
        ("> ~~~~\n> code\n", "a.md:1: the code block is not closed; end it with ~~~~. Not written until then"),
        ("x %%open\n", "a.md:1: the comment is not closed. Not written until then"),
        ("x\n<!-- open\n", "a.md:2: the comment is not closed. Not written until then"),
        ("a\n<<<<<<< ours\nb\n", "a.md:2: merge-conflict markers; resolve them. Not written until then"),  # 13
        ("---\na: [\n---\n", "a.md:3: frontmatter, column 1: "),
        ("---\na: 1\na: 2\n---\n", "a.md:3: frontmatter, column 1: the key 'a' stands twice"),
        ("---\n- a\n---\n", "a.md:2: the frontmatter is not a list of `key: value` lines"),
    ],
)
def test_what_leaves_the_structure_unsure_is_told_and_not_written(make_vault: Make, text: str, message: str) -> None:
    root = make_vault({"a.md": text}) / "vault"
    (problem,) = problems(root)
    assert problem.startswith(message)
    assert not Vault.open(root).note(PurePosixPath("a.md")).writable


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(make_vault: Make) -> None:  # 15
    root = make_vault({"a.md": "x", "locked/b.md": "y"}) / "vault"
    (root / "a.md").chmod(0)
    (root / "locked").chmod(0)
    try:
        assert problems(root) == [
            "a.md:1: cannot be read (Permission denied); skipped",
            "locked:1: the folder cannot be read (Permission denied); skipped",
        ]
    finally:
        (root / "locked").chmod(0o700)


def test_links_of_the_file_system(make_vault: Make) -> None:  # 18, 19, 20
    project = make_vault({"a.md": "x", "sub/b.md": "[[a]]"})
    root = project / "vault"
    (project / "outside.md").write_text("secret")
    (project / "folder").mkdir()
    (project / "folder/c.md").write_text("secret")
    (root / "in.md").symlink_to("a.md")
    (root / "out.md").symlink_to(project / "outside.md")
    (root / "away").symlink_to(project / "folder")
    (root / "sub/up").symlink_to(root)
    (root / "other").symlink_to("sub")
    (root / "broken.md").symlink_to("nowhere.md")
    os.link(root / "a.md", root / "hard.md")
    vault = Vault.open(root)
    assert [str(path) for path in vault.files] == ["a.md", "hard.md", "in.md", "sub/b.md"]
    assert vault.problems == ()


def test_what_is_no_file_is_left_out(make_vault: Make) -> None:  # 21
    root = make_vault({"a.md": "x"}) / "vault"
    os.mkfifo(root / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket.md"))
        (root / "folder.md").mkdir()
        assert [str(path) for path in Vault.open(root).files] == ["a.md"]


def test_names_that_are_one_elsewhere_are_told(make_vault: Make) -> None:  # 26
    files = {"a.md": "", "A.md": "", "e\u0301.md": "", "é.md": "", "x/a.md": ""}
    root = make_vault(files) / "vault"
    if len(list(root.rglob("*.md"))) < len(files):
        pytest.skip("this file system folds names")
    assert problems(root) == [
        "a.md:1: its name and that of A.md differ in case or Unicode form only; rename one",
        "é.md:1: its name and that of e\u0301.md differ in case or Unicode form only; rename one",
    ]


def test_a_name_that_is_no_text_is_told(make_vault: Make) -> None:
    root = make_vault({"a.md": "x"}) / "vault"
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/n\xff.md")).write_text("y")
    except OSError:
        pytest.skip("this file system wants UTF-8")
    assert problems(root) == ["n?.md:1: its name is not UTF-8; skipped, untouched"]
