"""Rules 15 to 18, 20 to 22 of the failure model: what may be in the way of a write, and who may write at the same time."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from checker.errors import ChangedError, WriteError
from checker.writing import files, replace, temporary
from checker.writing.exchange import exchange, is_open_for_writing, place

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


class Kept:
    """A keeper that remembers."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, bytes | None, bytes | None]] = []
        self.rescued: list[tuple[str, bytes]] = []

    def keep(self, path: Path, old: bytes | None, new: bytes | None) -> None:
        self.kept.append((path.name, old, new))

    def rescue(self, path: Path, data: bytes) -> None:
        self.rescued.append((path.name, data))


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "n.md"
    path.write_bytes(b"old")
    return path


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder where a user without rights can be played, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


@contextmanager
def unprivileged() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".check-claims")]


def test_replaces_and_keeps_the_mode(note: Path, tmp_path: Path) -> None:
    note.chmod(0o640)
    keeper = Kept()
    assert replace(note, b"new", b"old", keeper)
    assert (note.read_bytes(), note.stat().st_mode & 0o777) == (b"new", 0o640)
    assert not replace(note, b"new", b"new", keeper)
    assert replace(tmp_path / "deep" / "new.md", b"x", None, keeper)
    assert replace(note, None, b"new", keeper)
    assert not note.exists()
    assert keeper.kept == [("n.md", b"old", b"new"), ("new.md", None, b"x"), ("n.md", b"new", None)]
    assert leftovers(tmp_path) == []


def test_a_persons_note_keeps_its_times_but_for_a_second(note: Path) -> None:
    os.utime(note, ns=(10**18 + 7, 10**18 + 9))
    replace(note, b"new", b"old", theirs=True)
    assert note.stat().st_mtime_ns == 10**18 + 9 + 10**9
    replace(note, b"newer", b"new")
    assert abs(note.stat().st_mtime - time.time()) < 60


@LINUX
def test_extended_attributes_stay(note: Path) -> None:
    try:
        os.setxattr(note, "user.colour", b"red")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    replace(note, b"new", b"old")
    assert os.getxattr(note, "user.colour") == b"red"


def test_an_attribute_that_cannot_be_kept_stops_the_write(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "_attributes", lambda path: {"user.colour"} if path == note else set())
    with pytest.raises(WriteError, match=r"attributes that could not be kept \(user.colour\); left as it is"):
        replace(note, b"new", b"old")
    assert (note.read_bytes(), leftovers(note.parent)) == (b"old", [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(note: Path, nobodys: Path) -> None:
    os.chown(note, 65534, 65534)
    replace(note, b"new", b"old")
    assert (note.stat().st_uid, note.stat().st_gid) == (65534, 65534)
    path = nobodys / "roots.md"
    path.write_bytes(b"old")
    path.chmod(0o666)
    with unprivileged(), pytest.raises(WriteError, match="belongs to somebody else"):
        replace(path, b"new", b"old")
    assert (path.read_bytes(), leftovers(nobodys)) == (b"old", [])


def test_newer_bytes_are_never_lost(note: Path, tmp_path: Path) -> None:
    note.write_bytes(b"edited meanwhile")
    for expected in (b"old", None):
        with pytest.raises(ChangedError, match="changed while"):
            replace(note, b"new", expected)
    with pytest.raises(ChangedError):
        replace(note, None, b"old")
    with pytest.raises(ChangedError):
        replace(tmp_path / "gone.md", b"new", b"old")
    assert note.read_bytes() == b"edited meanwhile"
    assert leftovers(tmp_path) == []


def test_hard_links_are_refused(note: Path, tmp_path: Path) -> None:  # 20
    os.link(note, tmp_path / "other.md")
    with pytest.raises(WriteError, match="hard links"):
        replace(note, b"new", b"old")
    assert note.samefile(tmp_path / "other.md")


def test_a_link_stays_a_link(tmp_path: Path) -> None:  # 18
    (tmp_path / "real.md").write_bytes(b"old")
    (tmp_path / "n.md").symlink_to("real.md")
    assert replace(tmp_path / "n.md", b"new", b"old")
    assert (tmp_path / "n.md").is_symlink()
    assert (tmp_path / "real.md").read_bytes() == b"new"


def test_a_loop_of_links_is_left_alone(tmp_path: Path) -> None:  # 19
    (tmp_path / "n.md").symlink_to("n.md")
    with pytest.raises(WriteError):
        replace(tmp_path / "n.md", b"new", None)
    assert (tmp_path / "n.md").is_symlink()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("expected", [b"old", None])
def test_a_fifo_is_left_alone(tmp_path: Path, expected: bytes | None) -> None:  # 21
    os.mkfifo(tmp_path / "n.md")
    with pytest.raises(WriteError, match="no regular file"):
        replace(tmp_path / "n.md", b"new", expected)
    assert leftovers(tmp_path) == []


def test_a_read_only_file_or_folder_is_told(nobodys: Path) -> None:  # 15
    with unprivileged():
        path = nobodys / "n.md"
        path.write_bytes(b"old")
        path.chmod(0o444)
        with pytest.raises(WriteError, match="is read-only; left as it is"):
            replace(path, b"new", b"old")
        path.chmod(0o644)
    nobodys.chmod(0o555)
    with unprivileged():
        for place_, expected in ((path, b"old"), (nobodys / "new.md", None)):
            with pytest.raises(WriteError, match=r"cannot be written \(Permission denied\)"):
                replace(place_, b"new", expected)
    assert path.read_bytes() == b"old"
    assert (path.stat().st_mode & 0o777, nobodys.stat().st_mode & 0o777) == (0o644, 0o555)


def test_what_nobody_may_write_is_left_alone_by_root_too(note: Path) -> None:  # 15
    note.chmod(0o444)
    with pytest.raises(WriteError, match="is read-only; left as it is"):
        replace(note, b"new", b"old")
    assert (note.read_bytes(), note.stat().st_mode & 0o777) == (b"old", 0o444)


def test_a_full_disk_leaves_the_old_bytes(note: Path) -> None:  # 16
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(WriteError, match="cannot be written"):
            replace(note, b"x" * 1000, b"old")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (note.read_bytes(), leftovers(note.parent)) == (b"old", [])


@LINUX
def test_a_small_disk_that_is_full(tmp_path: Path) -> None:  # 16
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)], capture_output=True, check=False
    ).returncode:
        pytest.skip("may not mount")
    try:
        path = tmp_path / "n.md"
        path.write_bytes(b"old" * 10_000)
        with pytest.raises(WriteError, match="No space left"):
            replace(path, b"new" * 15_000, path.read_bytes())
        assert (path.read_bytes(), leftovers(tmp_path)) == (b"old" * 10_000, [])
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def saves(path: Path, moment: str, monkeypatch: pytest.MonkeyPatch, *edits: bytes) -> None:
    """Let an editor save once at each of the first times that a step of a write is taken."""
    waiting = list(edits)
    original = getattr(files, moment)

    def step(*arguments: object) -> object:
        if waiting:
            path.write_bytes(waiting.pop(0))
        return original(*arguments)

    monkeypatch.setattr(files, moment, step)


@LINUX
def test_a_save_just_before_the_exchange_comes_back(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # 22
    saves(note, "exchange", monkeypatch, b"edit")
    with pytest.raises(ChangedError):
        replace(note, b"new", b"old")
    assert (note.read_bytes(), leftovers(note.parent)) == (b"edit", [])


@LINUX
def test_of_two_saves_the_newer_one_stays_and_the_other_is_kept(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saves(note, "exchange", monkeypatch, b"edit", b"edit of what was new")
    keeper = Kept()
    with pytest.raises(ChangedError):
        replace(note, b"new", b"old", keeper)
    assert (note.read_bytes(), keeper.rescued) == (b"edit of what was new", [("n.md", b"edit")])
    assert leftovers(note.parent) == []


@LINUX
def test_a_note_that_was_removed_after_the_exchange_stays_so_but_for_an_edit(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = files._final

    def remove(path: Path) -> bytes | None:
        if path == note:
            return original(path)
        note.unlink(missing_ok=True)
        return b"edit" if (data := original(path)) == b"old" else data

    monkeypatch.setattr(files, "_final", remove)
    with pytest.raises(ChangedError):
        replace(note, b"new", b"old")
    assert (note.read_bytes(), leftovers(note.parent)) == (b"old", [])


@LINUX
def test_who_still_writes_is_waited_for(note: Path) -> None:
    assert not is_open_for_writing(note)
    with note.open("r+b") as editor:
        assert is_open_for_writing(note)
        done = threading.Event()

        def finish() -> None:
            time.sleep(0.2)
            editor.write(b"edit")
            editor.close()
            done.set()

        threading.Thread(target=finish).start()
        with pytest.raises(ChangedError):
            replace(note, b"new", b"old")
        assert done.is_set()
    assert note.read_bytes() == b"edit"


@LINUX
def test_who_never_stops_writing_keeps_the_file(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    with note.open("r+b") as editor:
        with pytest.raises(ChangedError):
            replace(note, b"new", b"old")
        editor.write(b"later")
    assert (note.read_bytes(), leftovers(note.parent)) == (b"later", [])


def test_a_file_that_is_edited_while_it_is_removed_stays(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_final", lambda path: b"old" if path == note else b"edit")
    keeper = Kept()
    with pytest.raises(ChangedError):
        replace(note, None, b"old", keeper)
    assert (note.read_bytes(), keeper.rescued, leftovers(note.parent)) == (b"old", [], [])


def test_a_note_saved_just_now_waits_a_moment(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        os.utime(note, ns=(0, 0))

    monkeypatch.setattr(files.time, "sleep", sleep)
    replace(note, b"new", b"old", theirs=True)
    assert len(slept) == 1 and 1.5 < slept[0] <= files.SETTLED
    replace(note, b"newer", b"new")
    assert len(slept) == 1


def test_without_an_exchange_it_compares_and_replaces(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.writing.exchange._renameat2", lambda: None)
    assert replace(note, b"new", b"old")
    assert note.read_bytes() == b"new"
    assert replace(note.with_name("other.md"), b"x", None)
    saves(note, "_final", monkeypatch, b"edit")
    with pytest.raises(ChangedError):
        replace(note, b"newer", b"new")
    with pytest.raises(ChangedError):
        replace(note, b"newer", None)
    assert (note.read_bytes(), leftovers(note.parent)) == (b"edit", [])


@LINUX
def test_names_are_exchanged_and_never_taken(tmp_path: Path) -> None:
    one, other = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"one")
    other.write_bytes(b"other")
    assert exchange(one, other)
    assert (one.read_bytes(), other.read_bytes()) == (b"other", b"one")
    with pytest.raises(FileExistsError):
        place(one, other)
    with pytest.raises(FileNotFoundError):
        exchange(one, tmp_path / "3")


@LINUX
@pytest.mark.parametrize("leave", [1, 2])
def test_an_interrupt_leaves_what_came_out_to_the_next_run(note: Path, monkeypatch: pytest.MonkeyPatch, leave: int) -> None:
    if leave == 2:
        saves(note, "exchange", monkeypatch, b"edit")
    original = files._final

    def interrupted(path: Path) -> bytes | None:
        if path != note:
            raise KeyboardInterrupt
        return original(path)

    monkeypatch.setattr(files, "_final", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace(note, b"new", b"old")
    keeper = Kept()
    told = temporary.clear([note.parent], keeper)
    assert note.read_bytes() == (b"new" if leave == 1 else b"edit")
    assert [line.partition(": ")[2][:8] for line in told] == ([] if leave == 1 else ["an edit "])
    assert leftovers(note.parent) == []


def test_what_killed_runs_left_is_judged_by_its_name(note: Path) -> None:  # 17
    folder = note.parent
    note.write_bytes(b"saved again since")
    old, new = temporary.digest(b"old"), temporary.digest(b"new")
    (folder / ".check-claims-x1.part").write_bytes(b"ne")
    (folder / f".check-claims-{old}-{new}-00000000.tmp").write_bytes(b"new")
    (folder / f".check-claims-{old}-{new}-00000001.tmp").write_bytes(b"old")
    (folder / f".check-claims-{old}-{new}-00000002.tmp").write_bytes(b"edit")
    (folder / ".check-claims-of-a-person").write_bytes(b"")
    keeper = Kept()
    (told,) = temporary.clear([folder], keeper)
    assert "undo --list" in told
    assert keeper.rescued == [(folder.name, b"edit")]
    assert leftovers(folder) == [".check-claims-of-a-person"]
    assert note.read_bytes() == b"saved again since"
