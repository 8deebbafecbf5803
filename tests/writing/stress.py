"""An editor that saves while we write, and a kill at any moment. Small in the tests, at full size in the benchmark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from checker.errors import WriteError
from checker.writing import Change, Journal, NoteEdit, Status, files, journal, write, write_changes
from checker.writing.temporary import PREFIX, clear

# Reads the note, adds a line, saves: in place, or as most editors do, by renaming. It reads again before each edit, so that an edit
# that is lost stays lost.
EDITOR = """
import os, random, sys, time
path, saves, pause, how = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
chance = random.Random(0)
for number in range(saves):
    while True:
        try:
            with open(path, "rb") as file:
                text = file.read()
            break
        except FileNotFoundError:
            pass
    text = text.removesuffix(b"```\\n") + b"edit %d\\n```\\n" % number
    if how == "in place":
        with open(path, "wb") as file:
            file.write(text)
    else:
        with open(path + "~", "wb") as file:
            file.write(text)
        os.replace(path + "~", path)
    time.sleep(pause * chance.uniform(0.2, 1.8))
"""
NOTE = b"# Note\n\n- A is B #claim\n\n```\n```\n"  # the edits go into the code block, which is quick to read
WORDS = ("supported", "refuted")


@dataclass(frozen=True)
class Race:
    """What came of an editor and a writer on one note: edits made, lost from the note, and of those kept in the journal; statuses
    written, times that a save came out in an exchange and went back, and times that the writer gave up."""

    saves: int
    lost: int
    rescued: int
    written: int
    returned: int
    gave_up: int


Writer = Callable[[Path, Status], bool]


def race(folder: Path, writer: Writer, cache: Path, saves: int, pause: float, how: str) -> Race:
    """Let a writer change the status of a claim again and again while an editor saves."""
    path = folder / "note.md"
    path.write_bytes(NOTE)
    editor = subprocess.Popen([sys.executable, "-c", EDITOR, str(path), str(saves), str(pause), how])
    written = gave_up = turn = returned = 0
    give_back = files._give_back

    def counted(temporary: Path, target: Path) -> bool:
        nonlocal returned
        returned += 1
        return give_back(temporary, target)

    files._give_back = counted
    while editor.poll() is None:
        turn += 1
        try:
            written += writer(path, Status("a-b", "A is B", WORDS[turn % 2], "toy"))  # type: ignore[arg-type]
        except (WriteError, FileNotFoundError):
            gave_up += 1
    files._give_back = give_back
    assert editor.returncode == 0
    lines = path.read_bytes().splitlines()
    lost = [line for number in range(saves) if (line := b"edit %d" % number) not in lines]
    kept = [run.bytes_of(name) or b"" for run in journal.runs(folder, cache) for _, name in run.rescued]
    return Race(
        saves, len(lost), sum(any(line in data.splitlines() for data in kept) for line in lost), written, returned, gave_up
    )


def our_writer(folder: Path, cache: Path) -> Writer:
    keeper = Journal(folder, cache)

    def put(path: Path, status: Status) -> bool:
        edit = NoteEdit({"a-b": status})
        old = path.read_bytes()
        done = write_changes([Change(path, old, edit.apply(old), frozenset(["a-b"]), edit)], keeper, [folder])
        if done.faults:
            raise WriteError(done.faults[0])
        return bool(done.paths)

    return put


def plain_replace(path: Path, status: Status) -> bool:
    """What most programs do: read, write a temporary file, rename it over the note."""
    new = NoteEdit({"a-b": status}).apply(path.read_bytes())
    temporary = path.with_name("plain.tmp")
    with temporary.open("wb") as file:
        file.write(new)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return True


def compare_and_replace(path: Path, status: Status) -> bool:
    """The same, with a look at the note just before the rename."""
    old = path.read_bytes()
    temporary = path.with_name("plain.tmp")
    with temporary.open("wb") as file:
        file.write(NoteEdit({"a-b": status}).apply(old))
        file.flush()
        os.fsync(file.fileno())
    if path.read_bytes() != old:
        raise WriteError("changed")
    temporary.replace(path)
    return True


@dataclass(frozen=True)
class Kills:
    """What was found after a writer was killed again and again: files with bytes that are neither old nor new, temporary files that
    a kill left, and how many were there after the next run's start."""

    kills: int
    torn: int
    temporaries: int
    left: int


def kills(folder: Path, cache: Path, count: int, random: Random) -> Kills:
    """Kill a process at random moments while it writes three notes, a claim note and a plot; start the next run; look."""
    paths = [folder / name for name in ("one.md", "two.md", "three.md", "Claims/a-b.md", "Claims/a-b.svg")]
    (folder / "Claims").mkdir()
    sides = [[b"%d of %s\n" % (side, path.name.encode()) * 2000 for path in paths] for side in (0, 1)]
    for path, data in zip(paths, sides[0], strict=True):
        path.write_bytes(data)
    torn = temporaries = left = 0
    for number in range(count):
        child = os.fork()
        if child == 0:
            _write_for_ever(folder, cache, paths, sides)
        time.sleep(random.uniform(0.0, 0.12))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        torn += sum(path.read_bytes() not in (sides[0][place], sides[1][place]) for place, path in enumerate(paths))
        temporaries += len(_leftovers(folder))
        clear([folder], Journal(folder, cache, str(number)))
        left += len(_leftovers(folder))
        torn += sum(path.read_bytes() not in (sides[0][place], sides[1][place]) for place, path in enumerate(paths))
    return Kills(count, torn, temporaries, left)


def _write_for_ever(folder: Path, cache: Path, paths: list[Path], sides: list[list[bytes]]) -> None:
    try:
        side = 0
        while True:
            side = 1 - side
            keeper = Journal(folder, cache, "writer")
            for place, path in enumerate(paths):
                files.replace(path, sides[side][place], path.read_bytes(), keeper)
    finally:
        os._exit(1)


def _leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(PREFIX)]


@contextmanager
def no_waiting() -> Iterator[None]:
    """Without the pause after an editor's save, and the one before a file counts as deleted: collisions are what is wanted."""
    before = files.SETTLED, write.GONE
    files.SETTLED, write.GONE = 0.0, 0.05
    try:
        yield
    finally:
        files.SETTLED, write.GONE = before
