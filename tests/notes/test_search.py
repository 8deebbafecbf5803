"""Words in the text of notes."""

from __future__ import annotations

from pathlib import Path

from checker.notes import Vault
from checker.notes.search import search


def found(root: Path, words: str) -> list[tuple[str, list[tuple[int, str]]]]:
    return [(str(each.note), list(each.lines)) for each in search(Vault.open(root), words)]


def test_every_word_has_to_occur_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_bytes("\ufeffOne\r\nAttention and ÜBER\rtwo".encode())
    (tmp_path / "B.md").write_text("attention only")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/Über attention.md").write_text("nothing")
    assert found(tmp_path, "über ATTENTION") == [
        ("sub/Über attention.md", []),
        ("A.md", [(2, "Attention and ÜBER")]),
    ]
    assert [name for name, _ in found(tmp_path, "attention")] == ["sub/Über attention.md", "A.md", "B.md"]
    assert found(tmp_path, "absent") == found(tmp_path, "  ") == []


def test_words_are_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_text("a.*b (x")
    assert found(tmp_path, "a.*b (x") == [("A.md", [(1, "a.*b (x")])]
    assert found(tmp_path, "a.b") == []


def test_what_is_hidden_or_outside_is_not_looked_at(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    (root / ".git").mkdir(parents=True)
    (root / ".git/config").write_text("secret")
    (tmp_path / "out.md").write_text("secret")
    (root / "A.md").symlink_to(".git/config")
    (root / "B.md").symlink_to(tmp_path / "out.md")
    (root / "C").symlink_to(".git")
    (root / "D").symlink_to(tmp_path)
    (root / ".hidden.md").write_text("secret")
    assert found(root, "secret") == []
