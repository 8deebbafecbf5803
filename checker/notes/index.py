"""What the files of a vault hold, kept between runs: a file that did not change is not read again.

SQLite, because two processes may ask and change at once, a changed note costs a few rows, and an answer costs what it looks at.
The index is made anew where it is damaged or was made by another reader. It holds nothing that the notes do not.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from checker.notes.note import Problem
from checker.notes.update import UNSURE, Text, update
from checker.notes.walk import Stamp, walk

SCHEMA = """
CREATE TABLE file (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, folded TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    size INTEGER, mtime INTEGER, ctime INTEGER, inode INTEGER, hash BLOB
);
CREATE INDEX file_name ON file (name);
CREATE TABLE link (
    source INTEGER, number INTEGER, kind TEXT, embed INTEGER, target TEXT, subpath TEXT, key TEXT, line INTEGER, column INTEGER,
    name TEXT, file INTEGER, how TEXT, others INTEGER, found INTEGER, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE INDEX link_file ON link (file);
CREATE INDEX link_name ON link (name);
CREATE TABLE tag (
    source INTEGER, number INTEGER, kind TEXT, name TEXT, folded TEXT, line INTEGER, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE heading (
    source INTEGER, number INTEGER, level INTEGER, text TEXT, line INTEGER, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE block (
    source INTEGER, number INTEGER, id TEXT, line INTEGER, column INTEGER, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE callout (source INTEGER, number INTEGER, kind TEXT, PRIMARY KEY (source, number)) WITHOUT ROWID;
CREATE TABLE alias (source INTEGER, number INTEGER, name TEXT, PRIMARY KEY (source, number)) WITHOUT ROWID;
CREATE TABLE problem (
    source INTEGER, number INTEGER, line INTEGER, column INTEGER, message TEXT, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT);
"""
WAIT = 60.0  # seconds for another process that is writing


class Index:
    """The index of one vault. `file` is where it is kept; None keeps it in memory, for as long as it is open."""

    def __init__(self, root: Path, file: Path | None = None) -> None:
        self.root, self.file = root, file
        self.unlisted: list[Problem] = []
        """Folders and names that could not be read, as of the last refresh."""
        self._database = self._open()

    @classmethod
    def kept(cls, root: Path, cache: Path) -> Index:
        """The index of a vault in a cache folder; in memory where nothing can be written there."""
        name = hashlib.blake2b(str(root.resolve()).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        try:
            cache.mkdir(parents=True, exist_ok=True)
            return cls(root, cache / f"{name}.sqlite")
        except (OSError, sqlite3.OperationalError):
            return cls(root)

    def close(self) -> None:
        self._database.close()

    def rows(self, query: str, *values: object) -> list[Any]:
        """The rows of a query. A damaged index is made anew first."""
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._start_over(error)
            self.refresh()
            return self._database.execute(query, values).fetchall()

    def copy(self) -> Index:
        """The same index in memory, for whoever puts texts into it that are not on disk. Any thread may use it, one at a time."""
        twin = Index(self.root)
        self._database.backup(twin._database)
        twin.unlisted = self.unlisted
        return twin

    def put(self, path: str, text: Text) -> None:
        """Take a text for what a file holds, whether or not there is one on disk."""
        with _writing(self._database):
            known = {(path, 0, 0, 0, 0)} if self.rows("SELECT 1 FROM file WHERE path = ?", path) else set()
            update(self._database, self.root, known, {(path, UNSURE, 0, 0, 0)}, {path: text})

    def refresh(self, put: Collection[str] = ()) -> None:
        """Bring the index up to what is on disk now, but for the files `put`: the texts that were put for them still count."""
        found, self.unlisted = walk(self.root)
        wanted = set(found)
        if put:
            wanted = {stamp for stamp in wanted if stamp[0] not in put} | {stamp for stamp in self._stamps() if stamp[0] in put}
        try:
            self._refresh(wanted)
        except sqlite3.DatabaseError as error:
            self._start_over(error)
            self._refresh(wanted)

    def _refresh(self, wanted: set[Stamp]) -> None:
        if self._stamps() == wanted:
            return
        with _writing(self._database):
            known = self._stamps()  # another process may have been here meanwhile
            update(self._database, self.root, known, wanted)

    def _stamps(self) -> set[Stamp]:
        return set(self._database.execute("SELECT path, size, mtime, ctime, inode FROM file").fetchall())

    def _open(self) -> sqlite3.Connection:
        try:
            database = self._connect()
            if _is_ours(database, self.root):
                return database
            database.close()
        except sqlite3.DatabaseError as error:
            _raise_if_refused(error)
        self._remove()
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        own = self.file is not None
        database = sqlite3.connect(self.file or ":memory:", timeout=WAIT, isolation_level=None, check_same_thread=own)
        if self.file is not None:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
        if not _tables(database):
            with _writing(database):
                if not _tables(database):
                    for statement in SCHEMA.split(";"):
                        database.execute(statement)
                    database.executemany("INSERT INTO fact VALUES (?, ?)", _facts(database, self.root).items())
        return database

    def _start_over(self, error: sqlite3.DatabaseError) -> None:
        _raise_if_refused(error)
        self._database.close()
        self._remove()
        self._database = self._connect()

    def _remove(self) -> None:
        if self.file is not None:
            for suffix in ("", "-wal", "-shm"):
                self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)


def _raise_if_refused(error: sqlite3.DatabaseError) -> None:
    """Raise what is no damage: no permission, no space, or another process that writes for longer than WAIT."""
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
        raise error


def _tables(database: sqlite3.Connection) -> str:
    return "".join(sql or "" for (sql,) in database.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall())


def _is_ours(database: sqlite3.Connection, root: Path) -> bool:
    return dict(database.execute("SELECT name, value FROM fact").fetchall()) == _facts(database, root)


def _facts(database: sqlite3.Connection, root: Path) -> dict[str, str]:
    """What makes an index ours: who read the notes, which ones, and into which tables."""
    return {"reader": reader_version(), "root": str(root.resolve()), "tables": _tables(database)}


@contextmanager
def _writing(database: sqlite3.Connection) -> Iterator[None]:
    """A transaction: all of it or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.rollback()
        raise
    database.execute("COMMIT")


@cache
def reader_version() -> str:
    """A hash of the code that reads notes, and of the names and versions of the libraries that it uses."""
    digest = hashlib.blake2b(digest_size=12)
    here = Path(__file__).parent
    for path in (*sorted(here.glob("*.py")), here.parent / "strict_yaml.py"):
        digest.update(path.read_bytes())
    for name in ("markdown_it", "yaml"):
        spec = find_spec(name)
        if spec and spec.origin:
            digest.update(Path(spec.origin).read_bytes())
    return digest.hexdigest()
