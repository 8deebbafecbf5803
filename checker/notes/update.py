"""From the files that an index knows to those that are on disk: what changed is read, and what that concerns resolved again."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from checker.errors import NoteError
from checker.notes.entry import Entry, entry_of
from checker.notes.lines import Lines
from checker.notes.note import Problem
from checker.notes.resolve import Files, find, find_heading, fold, name_of, subpath_parts
from checker.notes.walk import READ, Stamp

TABLES = {
    "link": 14,
    "tag": 6,
    "heading": 5,
    "block": 5,
    "callout": 3,
    "alias": 3,
    "problem": 5,
}  # what stands in a file, and its columns
RECENT = 2_000_000_000  # ns: file systems keep time in steps of up to two seconds, so a second change might not show
UNREAD = b"unread"  # in place of a hash
UNSURE = -1  # the size of a file that is looked at again next time
FEW = 50  # files or names that are looked up one by one
BATCH = 2000  # files whose rows are held at once

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Text:
    """A text that counts in place of what is on disk. `read` gives its entry, and raises NoteError for what is no text."""

    data: bytes
    read: Callable[[], Entry]


def update(
    database: sqlite3.Connection, root: Path, known: set[Stamp], wanted: set[Stamp], texts: Mapping[str, Text] | None = None
) -> None:
    """Bring the tables from the files `known` to those `wanted`, inside a transaction of the caller's. `texts` count in place of
    the files of their paths."""
    _Update(database, root, texts or {}).run(known, wanted)


class _Numbers(dict[str, int]):
    """The numbers of files by path, asked for when they are wanted."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    def __missing__(self, path: str) -> int:
        (self[path],) = self.database.execute("SELECT id FROM file WHERE path = ?", (path,)).fetchone()
        return self[path]


class _Update:
    def __init__(self, database: sqlite3.Connection, root: Path, texts: Mapping[str, Text]) -> None:
        self.database, self.root, self.texts = database, root, texts
        self.numbers = _Numbers(database)

    def run(self, known: set[Stamp], wanted: set[Stamp]) -> None:
        before, after = {stamp[0] for stamp in known}, {stamp[0] for stamp in wanted}
        gone, come, looked_at = before - after, after - before, sorted(wanted - known)
        self.first = self.database.execute("SELECT 1 FROM file LIMIT 1").fetchone() is None
        self._delete([self.numbers[path] for path in gone])
        self.database.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in gone])
        self.database.executemany(
            "INSERT INTO file (path, folded, name, kind, size, mtime, ctime, inode) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(path, folded := fold(path), name_of(folded), _kind(path), *rest) for path, *rest in sorted(wanted) if path in come],
        )
        names = {name_of(fold(path)) for path in gone | come}
        self.candidates = self._ask
        if len(looked_at) > FEW or len(names) > FEW:
            self.candidates = Files(after).candidates
            self.numbers.update(self.database.execute("SELECT path, id FROM file").fetchall())
        changed: list[int] = []
        remaining = (stamp for stamp in looked_at if _kind(stamp[0]) != "file")
        while batch := list(islice(remaining, BATCH)):
            changed += self._read(batch)
        if not self.first:
            self._resolve_again(names)
        self._find_anchors(changed, names)

    def _ask(self, name: str) -> Sequence[tuple[str, str]]:
        return self.database.execute("SELECT folded, path FROM file WHERE name = ?", (name,)).fetchall()

    def _delete(self, numbers: Iterable[int]) -> None:
        wanted = [(number,) for number in numbers]
        for table in TABLES if wanted else ():
            self.database.executemany(f"DELETE FROM {table} WHERE source = ?", wanted)

    def _read(self, stamps: Sequence[Stamp]) -> list[int]:
        """Replace the rows of those files whose content changed, and give their numbers."""
        rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        looks: list[Row] = []
        kinds: list[Row] = []
        changed: list[int] = []
        soon = time.time_ns() - RECENT
        for path, size, mtime, ctime, inode in stamps:
            number, known = self.numbers[path], None
            if not self.first:
                (known,) = self.database.execute("SELECT hash FROM file WHERE id = ?", (number,)).fetchone()
            text = self.texts.get(path)
            data, fault = (text.data, "") if text else _bytes(f"{self.root}/{path}", size)
            digest = hashlib.blake2b(data, digest_size=16).digest() if not fault else UNREAD
            looks.append((UNSURE if max(mtime, ctime) > soon else size, mtime, ctime, inode, digest, number))
            if digest == known:
                continue
            changed.append(number)
            try:
                if fault:
                    raise NoteError(fault)
                kind, entry = _kind(path), text.read() if text else read_entry(path, data)
            except NoteError as error:
                problem = Problem(PurePosixPath(path), 1, str(error).removeprefix(f"{path}: "))
                kind, entry = "unread", Entry(problems=(problem,))
            self._add(rows, number, path, data, entry)
            kinds.append((kind, number))
        if not self.first:
            self._delete(changed)
        for table, width in TABLES.items():
            self.database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows[table])
        self.database.executemany("UPDATE file SET size = ?, mtime = ?, ctime = ?, inode = ?, hash = ? WHERE id = ?", looks)
        if not self.first or any(kind == "unread" for kind, _ in kinds):
            self.database.executemany("UPDATE file SET kind = ? WHERE id = ?", kinds)
        return changed

    def _add(self, rows: dict[str, list[Row]], source: int, path: str, data: bytes, entry: Entry) -> None:
        """Add the rows of a file, each to its table."""
        lines = Lines(data)
        for number, link in enumerate((*entry.property_links, *entry.body_links)):
            target, start = link.target, link.span.start
            file, how, others = find(self.candidates, path, target)
            # fmt: off
            rows["link"].append((
                source, number, link.kind, link.embed, target, link.subpath, link.key, lines.index(start) + 1,
                lines.column(start), name_of(fold(target)), None if file is None else self.numbers[file], how, len(others), None,
            ))
            # fmt: on
        tags = [("property", tag) for tag in entry.property_tags]
        tags += [("body", tag) for tag in entry.tags] + [("comment", tag) for tag in entry.commented_tags]
        for number, (kind, tag) in enumerate(tags):
            rows["tag"].append((source, number, kind, tag.name, tag.name.casefold(), lines.index(tag.span.start) + 1))
        for number, heading in enumerate(entry.headings):
            rows["heading"].append((source, number, heading.level, heading.text, lines.index(heading.span.start) + 1))
        for number, block in enumerate(entry.block_ids):
            start = block.span.start
            rows["block"].append((source, number, block.id, lines.index(start) + 1, lines.column(start)))
        for number, name in enumerate(entry.aliases):
            rows["alias"].append((source, number, name))
        for number, kind in enumerate(entry.callouts):
            rows["callout"].append((source, number, kind))
        for number, problem in enumerate(entry.problems):
            rows["problem"].append((source, number, problem.line, problem.column, problem.message))

    def _resolve_again(self, names: set[str]) -> None:
        """Resolve the links that may mean a file that came or went."""
        query = (
            "SELECT link.source, link.number, file.path, link.target FROM link JOIN file ON file.id = link.source"
            " WHERE link.name = ? AND link.target <> ''"
        )
        for name in names:
            for source, number, path, target in self.database.execute(query, (name,)).fetchall():
                file, how, others = find(self.candidates, path, target)
                self.database.execute(
                    "UPDATE link SET file = ?, how = ?, others = ? WHERE source = ? AND number = ?",
                    (None if file is None else self.numbers[file], how, len(others), source, number),
                )

    def _find_anchors(self, changed: Sequence[int], names: set[str]) -> None:
        """Look whether the headings and blocks are there that links to or in a file that changed lead to."""
        query = (
            "SELECT link.source, link.number, link.subpath, file.id, file.kind FROM link LEFT JOIN file ON file.id = link.file"
            " WHERE link.subpath <> ''"
        )
        if self.first:
            concerned = self.database.execute(query).fetchall()
        else:
            concerned = []
            for number in changed:
                concerned += self.database.execute(f"{query} AND (link.source = ?1 OR link.file = ?1)", (number,)).fetchall()
            for name in names:
                concerned += self.database.execute(f"{query} AND link.name = ?", (name,)).fetchall()
        anchors: dict[int, tuple[list[tuple[int, str]], set[str]]] = {}
        for source, number, subpath, file, kind in concerned:
            found = None
            if kind == "note" and (parts := subpath_parts(subpath)):
                if file not in anchors:
                    anchors[file] = self._anchors(file)
                headings, blocks = anchors[file]
                block = parts[-1].startswith("^")
                found = parts[-1][1:].lower() in blocks if block else find_heading(headings, parts) is not None
            self.database.execute("UPDATE link SET found = ? WHERE source = ? AND number = ?", (found, source, number))

    def _anchors(self, file: int) -> tuple[list[tuple[int, str]], set[str]]:
        headings = self.database.execute("SELECT level, text FROM heading WHERE source = ? ORDER BY number", (file,)).fetchall()
        blocks = self.database.execute("SELECT id FROM block WHERE source = ?", (file,)).fetchall()
        return headings, {name.lower() for (name,) in blocks}


def _kind(path: str) -> str:
    lower = path.lower()
    return next((kind for suffix, kind in READ.items() if lower.endswith(suffix)), "file")


def _bytes(path: str, size: int) -> tuple[bytes, str]:
    """The content of a file, or why it cannot be had."""
    from checker.notes.parse import MAX_BYTES

    if size > MAX_BYTES:
        return b"", f"larger than {MAX_BYTES // 1_000_000} MB; skipped"
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(), ""
    except OSError as error:
        return b"", f"cannot be read ({error.strerror}); skipped"


def read_entry(path: str, data: bytes) -> Entry:
    """The entry of a note or canvas. Raises NoteError for what is no text."""
    from checker.notes.canvas import read_canvas
    from checker.notes.parse import parse
    from checker.notes.quick import quick_entry

    place = PurePosixPath(path)
    if _kind(path) == "canvas":
        return entry_of(read_canvas(place, data))
    return quick_entry(data) or entry_of(parse(place, data))
