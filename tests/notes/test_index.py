"""The index gives what a fresh reading gives, whatever happened to the files or to itself."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import patch

import pytest

from checker.notes import Vault, update, walk
from checker.notes.counts import counts
from checker.notes.index import Index
from checker.notes.lint import lint

NOTES = {
    "A.md": "# A\n\n[[B]] [[sub/C#Head]] [[C#^id]] [[none]] #tag\n",
    "B.md": '---\nup: "[[A]]"\naliases: [bee]\n---\ntext ^b\n',
    "sub/C.md": "# Head\n\nx ^id\n\n[[../A]] [[C]]\n",
    "p.png": "",
    "c.canvas": '{"nodes": [{"id": "1", "type": "file", "file": "A.md"}]}',
    "bad.md": "no\x00text",
}
TABLES = ("link", "tag", "heading", "block", "alias", "problem")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    for name, text in NOTES.items():
        write(folder / name, text)
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def content(index: Index) -> dict[str, list[Any]]:
    """All that an index knows, by path instead of number."""
    paths = dict(index.rows("SELECT id, path FROM file"))
    known: dict[str, list[Any]] = {"file": sorted(index.rows("SELECT path, folded, name, kind FROM file"))}
    for table in TABLES:
        names = [name for _, name, *_ in index.rows(f"PRAGMA table_info({table})")]
        rows = [dict(zip(names, row, strict=True)) for row in index.rows(f"SELECT * FROM {table}")]
        for row in rows:
            row["source"] = paths[row["source"]]
            if row.get("file") is not None:
                row["file"] = paths[row["file"]]
        known[table] = sorted(rows, key=lambda row: (row["source"], row["number"]))
    return known


def fresh(root: Path) -> dict[str, list[Any]]:
    index = Index(root)
    index.refresh()
    return content(index)


def kept(root: Path, cache: Path) -> Index:
    index = Index.kept(root, cache)
    index.refresh()
    return index


def test_what_is_kept(root: Path, tmp_path: Path) -> None:
    first = content(kept(root, tmp_path / "cache"))
    assert first == fresh(root) == content(kept(root, tmp_path / "cache"))
    assert [(row["target"], row["file"], row["found"]) for row in first["link"] if row["source"] == "A.md"] == [
        ("B", "B.md", None),
        ("sub/C", "sub/C.md", 1),
        ("C", "sub/C.md", 1),
        ("none", None, None),
    ]
    assert [row["message"] for row in first["problem"]] == ["holds a NUL byte at offset 2; not a text, skipped"]


def test_random_changes_give_what_a_fresh_reading_gives(root: Path, tmp_path: Path) -> None:
    rng = random.Random(1)
    names = ["A.md", "B.md", "C.md", "sub/C.md", "sub/A.md", "x/y/B.md", "p.png", "sub/p.png", "q.canvas", "A.md.md", "new"]
    texts = [
        *NOTES.values(),
        "[[p.png]] [[sub/p.png]] [[C#Head]] [[#A]]",
        "[a](A.md) [[A#Nope]]",
        "# A\n# Head\n^id",
        "```\nopen",
        "",
    ]
    index = kept(root, tmp_path / "cache")
    for _ in range(60):
        for _ in range(rng.randint(1, 3)):
            path = root / rng.choice(names)
            if rng.random() < 0.3:
                path.unlink(missing_ok=True)
            elif rng.random() < 0.2 and path.exists():
                target = root / rng.choice(names)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
            else:
                write(path, rng.choice(texts))
        index.refresh()
        assert content(index) == fresh(root)


def settle(root: Path, cache: Path) -> list[str]:
    """Refresh, trusting the times of files at once, and tell which files were parsed."""
    parsed = []
    real = update.read_entry

    def read(path: str, data: bytes) -> Any:
        parsed.append(path)
        return real(path, data)

    with patch.object(update, "read_entry", read), patch.object(update, "RECENT", -10_000_000_000):
        kept(root, cache).close()
    return parsed


def test_a_changed_note_costs_one_note(root: Path, tmp_path: Path) -> None:
    assert len(settle(root, tmp_path / "cache")) == 5
    write(root / "B.md", "[[A]] changed")
    assert settle(root, tmp_path / "cache") == ["B.md"]
    assert settle(root, tmp_path / "cache") == []


def test_a_touched_file_is_not_parsed_again(root: Path, tmp_path: Path) -> None:
    settle(root, tmp_path / "cache")
    os.utime(root / "A.md", (1, 1))
    assert settle(root, tmp_path / "cache") == []


def test_an_edit_that_keeps_size_and_time_is_seen(root: Path, tmp_path: Path) -> None:
    settle(root, tmp_path / "cache")
    before = (root / "A.md").stat()
    write(root / "A.md", NOTES["A.md"].replace("[[B]]", "[[X]]"))
    os.utime(root / "A.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert settle(root, tmp_path / "cache") == ["A.md"]


def test_two_edits_within_one_tick_are_seen(root: Path, tmp_path: Path) -> None:
    """A clock that stands still: from outside the file looks as it did when it was read, moments after it was written."""
    index = kept(root, tmp_path / "cache")
    seen = walk.walk(root)
    write(root / "A.md", NOTES["A.md"].replace("[[B]]", "[[X]]"))
    with patch("checker.notes.index.walk", return_value=seen):
        index.refresh()
    assert content(index) == fresh(root)


def damage(file: Path, how: str) -> None:
    data = file.read_bytes()
    if how == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif how == "noise":
        file.write_bytes(random.Random(0).randbytes(len(data)))
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "holes":
        file.write_bytes(data[:4096] + bytes(len(data) - 4096))
    else:
        with sqlite3.connect(file) as database:
            database.execute(how)
        database.close()


@pytest.mark.parametrize(
    "how",
    [
        *("cut", "noise", "empty", "holes", "DROP TABLE link", "ALTER TABLE link RENAME COLUMN file TO files"),
        "UPDATE fact SET value = 'a newer reader' WHERE name = 'reader'",
        "UPDATE fact SET value = '/elsewhere' WHERE name = 'root'",
        "DROP TABLE fact",
    ],
)
def test_an_index_that_is_damaged_or_not_ours_is_made_anew(root: Path, tmp_path: Path, how: str) -> None:
    index = kept(root, tmp_path / "cache")
    index.close()
    assert index.file is not None
    damage(index.file, how)
    assert content(kept(root, tmp_path / "cache")) == fresh(root)


def test_an_index_that_is_damaged_while_it_is_open_is_made_anew(root: Path, tmp_path: Path) -> None:
    index = kept(root, tmp_path / "cache")
    assert index.file is not None
    damage(index.file, "DROP TABLE tag")
    assert index.rows("SELECT name FROM tag") == [("tag",)]


def test_without_a_cache_folder_it_is_kept_in_memory(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert kept(root, tmp_path / "file" / "cache").file is None


PROCESS = """
import random, sys
from pathlib import Path, PurePosixPath
from checker.notes.index import Index
rng = random.Random(int(sys.argv[3]))
for _ in range(25):
    index = Index.kept(Path(sys.argv[1]), Path(sys.argv[2]))
    (Path(sys.argv[1]) / f"N{rng.randrange(9)}.md").write_text(f"[[A]] [[N{rng.randrange(9)}]] {rng.random()}")
    index.refresh()
    assert index.rows("SELECT count(*) FROM link")[0][0] >= 5
    index.close()
"""


def test_two_processes_at_once(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROCESS, str(root), str(tmp_path / "cache")]
    running = [subprocess.Popen([*command, str(seed)], stderr=subprocess.PIPE, text=True) for seed in range(3)]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert content(kept(root, tmp_path / "cache")) == fresh(root)


def test_a_vault_asks_its_index(root: Path, tmp_path: Path) -> None:
    vault = Vault.open(root, tmp_path / "cache")
    assert [str(path) for path in vault.note_paths] == ["A.md", "B.md", "sub/C.md"]
    assert [str(path) for path in vault.tagged("TAG")] == ["A.md"]
    assert vault.block_ids() == [("b", PurePosixPath("B.md")), ("id", PurePosixPath("sub/C.md"))]
    assert [str(link.source) for link in vault.links(file=vault.find("sub/C"))] == ["A.md", "A.md", "sub/C.md"]
    assert (counts(vault)["notes"], counts(vault)["links"], counts(vault)["unresolved"]) == (3, 8, 1)
    assert [str(fault) for fault in lint(vault)] == [
        "A.md:3:32: there is no file 'none'",
        "bad.md:1:1: holds a NUL byte at offset 2; not a text, skipped",
    ]
