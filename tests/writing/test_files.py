from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.errors import WriteError
from checker.writing import files, replace


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".check-claims")]


def test_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    assert replace(path, b"new", b"old")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert not replace(path, b"new", b"new")
    assert replace(tmp_path / "deep" / "new.md", b"x", None)
    assert leftovers(tmp_path) == []


def test_newer_bytes_are_never_lost(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    path.write_bytes(b"edited meanwhile")
    with pytest.raises(WriteError, match="changed while"):
        replace(path, b"new", b"old")
    with pytest.raises(WriteError, match="changed while"):
        replace(path, b"new", None)
    assert path.read_bytes() == b"edited meanwhile"
    assert leftovers(tmp_path) == []


def test_hard_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "n.md"
    path.write_bytes(b"old")
    os.link(path, tmp_path / "other.md")
    with pytest.raises(WriteError, match="hard links"):
        replace(path, b"new", b"old")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"old")
    (tmp_path / "n.md").symlink_to("real.md")
    assert replace(tmp_path / "n.md", b"new", b"old")
    assert (tmp_path / "n.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.md"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        replace(path, b"new", b"old")
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []
