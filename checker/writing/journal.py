"""The bytes that runs took the place of, in the cache folder, so that a run can be undone.

A run is a folder: `run.json` says when and what, `changes.jsonl` has a line for each file in the order of writing, and the old
bytes lie beside under their digests. Everything is on the disk before the file in the vault changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from checker.errors import ConfigurationError, WriteError
from checker.writing.files import replace as write

KEPT = 50  # runs
CHANGES, ABOUT = "changes.jsonl", "run.json"


@dataclass(frozen=True)
class Kept:
    """A file that a run changed: digests of its bytes before and after, None where there was or is no file."""

    path: Path
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Run:
    """What one run changed, in order. `began` is UTC."""

    folder: Path
    began: str
    command: str
    changes: tuple[Kept, ...]
    rescued: tuple[tuple[Path, str], ...] = ()  # edits of other programs that a newer one took the place of, by digest

    def bytes_of(self, name: str | None) -> bytes | None:
        """Kept bytes by their digest. Raises WriteError when they are not what they were."""
        if name is None:
            return None
        try:
            data = (self.folder / name).read_bytes()
        except OSError as error:
            raise WriteError(f"{self.folder / name}: cannot be read ({error.strerror}); nothing was undone") from error
        if _name(data) != name:
            raise WriteError(f"{self.folder / name}: damaged; nothing was undone")
        return data


class Journal:
    """What is written into one vault is kept here first. A run of it is begun with the first file."""

    def __init__(self, vault: Path, cache: Path, command: str = "") -> None:
        self.folder = journal_folder(vault, cache)
        self.command = command
        self._run: Path | None = None

    def keep(self, path: Path, old: bytes | None, new: bytes | None) -> None:
        """Keep the old bytes of a file that is about to change. Raises WriteError when that cannot be, and then none may."""
        self._note(path, old, {"path": str(path.absolute()), "old": _name(old), "new": _name(new)})

    def rescue(self, path: Path, data: bytes) -> None:
        """Keep an edit of another program that has no place in its file any more."""
        self._note(path, data, {"path": str(path.absolute()), "rescued": _name(data)})

    def _note(self, path: Path, data: bytes | None, line: dict[str, str | None]) -> None:
        try:
            run = self._run or self._begin()
            if data is not None:
                name = hashlib.sha256(data).hexdigest()
                if not (run / name).exists():
                    _write(run / name, data, "wb")
            _write(run / CHANGES, json.dumps(line).encode() + b"\n", "ab")
        except OSError as error:
            raise WriteError(
                f"{path}: not written, as its old bytes cannot be kept in {self.folder} ({error.strerror})"
            ) from error

    def _begin(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        numbers = [int(folder.name) for folder in self.folder.iterdir() if folder.name.isdecimal()]
        for number in sorted(numbers)[: -KEPT + 1]:
            shutil.rmtree(self.folder / f"{number:08d}")
        run = self.folder / f"{max(numbers, default=0) + 1:08d}"
        run.mkdir(mode=0o700)
        about = {"began": datetime.now(UTC).isoformat(timespec="seconds"), "command": self.command}
        _write(run / ABOUT, json.dumps(about).encode() + b"\n", "wb")
        self._run = run
        return run


def journal_folder(vault: Path, cache: Path) -> Path:
    """Where the journal of a vault is."""
    return cache / "journal" / vault_key(vault)


def vault_key(vault: Path) -> str:
    """A name for a vault by its place on this machine."""
    return hashlib.blake2b(str(vault.resolve()).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def runs(vault: Path, cache: Path) -> list[Run]:
    """The runs that wrote something and are not undone, the last one first."""
    folder = journal_folder(vault, cache)
    if not folder.is_dir():
        return []
    return [_read(path) for path in sorted(folder.iterdir(), reverse=True) if (path / CHANGES).exists()]


def undo(run: Run, rest: bool = False, only_show: bool = False) -> tuple[list[Path], list[str]]:
    """Give every file that a run changed its old bytes, the last one first, and forget the run. Returns the files that changed
    (or would), and what was left alone and why.

    A file that has changed since is never touched. Where there is one, nothing is undone, so that no status is left pointing at
    nothing; `rest`: the others are, and the journal goes on to keep the bytes of that one.
    """
    steps: list[tuple[Kept, bytes | None, bytes | None]] = []
    faults: list[str] = []
    left: list[Kept] = []
    for change in reversed(_by_file(run.changes)):
        try:
            now = change.path.read_bytes() if change.path.exists() else None
            if _name(now) not in (change.old, change.new):
                raise WriteError(f"{change.path}: changed since that run, so left as it is")
            if _name(now) != change.old:
                steps.append((change, run.bytes_of(change.old), now))
        except (WriteError, OSError) as error:
            faults.append(str(error))
            left.append(change)
    if only_show or (faults and not rest):
        return [] if faults and not rest else [change.path for change, _, _ in steps], faults
    done = []
    for change, old, now in steps:
        try:
            write(change.path, old, now, theirs=change.path.suffix == ".md")
            done.append(change.path)
        except WriteError as error:
            faults.append(str(error))
            left.append(change)
    _forget(run, tuple(reversed(left)))
    return done, faults


def last(vault: Path, cache: Path) -> Run:
    """The last run that can be undone. Raises ConfigurationError when there is none."""
    found = [run for run in runs(vault, cache) if run.changes]
    if not found:
        raise ConfigurationError(f"{vault}: no run to undo; nothing was written there from this machine, or all of it is undone")
    return found[0]


def _by_file(changes: Sequence[Kept]) -> list[Kept]:
    """One change a file, from its first bytes to its last. What did not go on from there is another beginning: a person's edit
    came between."""
    merged: dict[Path, Kept] = {}
    for change in changes:
        before = merged.pop(change.path, change)
        merged[change.path] = replace(change, old=before.old) if before.new == change.old else change
    return list(merged.values())


def _forget(run: Run, left: Sequence[Kept]) -> None:
    with contextlib.suppress(OSError):
        if not left and not run.rescued:
            shutil.rmtree(run.folder)
            return
        lines: list[dict[str, str | None]] = [{"path": str(one.path), "old": one.old, "new": one.new} for one in left]
        lines += [{"path": str(path), "rescued": name} for path, name in run.rescued]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        write(run.folder / CHANGES, text.encode(), (run.folder / CHANGES).read_bytes())


def _read(folder: Path) -> Run:
    about = {"began": "", "command": ""}
    with contextlib.suppress(OSError, ValueError):
        about |= json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    changes: list[Kept] = []
    rescued: list[tuple[Path, str]] = []
    for line in (folder / CHANGES).read_bytes().splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):  # the last line of a run that was killed
            entry = json.loads(line)
            if "rescued" in entry:
                rescued.append((Path(entry["path"]), entry["rescued"]))
            else:
                changes.append(Kept(Path(entry["path"]), entry["old"], entry["new"]))
    return Run(folder, str(about["began"]), str(about["command"]), tuple(changes), tuple(rescued))


def _name(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()


def _write(path: Path, data: bytes, mode: str) -> None:
    with open(path, mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
