"""A vault with texts that nobody has saved answers as one that has them on disk."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from checker.errors import NoteError
from checker.notes import EditedVault, Vault
from checker.notes.lint import lint, lint_note

ONE, TWO = PurePosixPath("One.md"), PurePosixPath("Sub/Two.md")
FILES = {
    "One.md": "# One\n\n[[Two#Here]] [[New]] #tag\n",
    "Sub/Two.md": "# Two\n\n## Here\n\nx ^id\n",
    "Three.md": "[[One]] [[Two#^id]]\n",
}
TEXTS = [
    ("Sub/Two.md", "# Two\n\n## There\n"),
    ("One.md", "nothing\n"),
    ("New.md", "---\naliases: [Newer]\n---\n[[Three]] ^id\n\nagain ^id\n"),
    ("One.md", "# One\n\n[[Two#There]] [[New]] [[Two]]\n"),
    ("Sub/Two.md", "a\0b"),
    ("Sub/Two.md", "back\n\n# Here\n"),
    ("Three.md", "---\nx: [\n---\n%% open\n"),
]


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def state(vault: Vault) -> tuple[object, ...]:
    return vault.files, vault.note_paths, vault.links(), vault.problems, lint(vault), sorted(vault.block_ids()), vault.names()


def test_it_answers_as_a_vault_with_these_texts_on_disk(tmp_path: Path) -> None:
    edited = EditedVault.open(write(tmp_path / "a", FILES))
    files = dict(FILES)
    for number, (name, text) in enumerate(TEXTS):
        edited.hold(PurePosixPath(name), text.encode())
        files[name] = text
        saved = Vault.open(write(tmp_path / f"b{number}", files))
        assert state(edited) == state(saved), name
        for path in saved.files:
            assert lint_note(edited, path) == [fault for fault in lint(saved) if fault.path == path]
        edited.refresh()
        assert state(edited) == state(saved)
    for name, _ in TEXTS:
        edited.release(PurePosixPath(name))
    assert state(edited) == state(Vault.open(write(tmp_path / "c", FILES)))


def test_nothing_of_it_is_kept_for_the_next_time(tmp_path: Path) -> None:
    root = write(tmp_path / "vault", FILES)
    edited = EditedVault.open(root, tmp_path / "cache")
    before = state(Vault.open(root, tmp_path / "cache"))
    edited.hold(TWO, b"other")
    edited.hold(PurePosixPath("New.md"), b"new")
    assert edited.read(TWO) == b"other" and edited.on_disk(TWO) == FILES["Sub/Two.md"].encode()
    assert state(Vault.open(root, tmp_path / "cache")) == before
    assert sorted(path.name for path in root.rglob("*.md")) == ["One.md", "Three.md", "Two.md"]


def test_a_text_that_is_none_is_a_problem_of_the_file(tmp_path: Path) -> None:
    edited = EditedVault.open(write(tmp_path, FILES))
    edited.hold(ONE, b"a\xff")
    assert [fault.kind for fault in lint_note(edited, ONE)] == ["file"]
    with pytest.raises(NoteError):
        edited.note(ONE)
    edited.hold(ONE, b"# One\n")
    assert lint_note(edited, ONE) == [] and edited.is_note(ONE)


def test_a_saved_change_of_a_note_that_is_open_waits(tmp_path: Path) -> None:
    edited = EditedVault.open(write(tmp_path, FILES))
    edited.hold(ONE, b"[[Three]]\n")
    (tmp_path / "One.md").write_text("other\n")
    (tmp_path / "Four.md").write_text("[[One]]\n")
    edited.refresh()
    assert edited.read(ONE) == b"[[Three]]\n" and PurePosixPath("Four.md") in edited.note_paths
    edited.release(ONE)
    assert edited.read(ONE) == b"other\n" and edited.links(source=ONE) == []
