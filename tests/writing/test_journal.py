from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.errors import ConfigurationError, WriteError
from checker.writing import Journal, journal, replace


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"a")
    os.utime(folder / "a.md", (0, 0))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_a_run_is_undone_file_by_file(vault: Path, cache: Path) -> None:
    keeper = Journal(vault, cache, "check-claims .")
    assert replace(vault / "a.md", b"b", b"a", keeper)
    assert replace(vault / "a.md", b"c", b"b", keeper)
    assert replace(vault / "new.md", b"n", None, keeper)
    run = journal.last(vault, cache)
    assert (run.command, len(run.changes)) == ("check-claims .", 3)
    assert journal.undo(run, only_show=True) == ([vault / "new.md", vault / "a.md"], [])
    assert (vault / "new.md").exists()
    assert journal.undo(run) == ([vault / "new.md", vault / "a.md"], [])
    assert {path.name: path.read_bytes() for path in vault.iterdir()} == {"a.md": b"a"}
    with pytest.raises(ConfigurationError, match="no run to undo"):
        journal.last(vault, cache)


def test_runs_are_undone_from_the_last_one(vault: Path, cache: Path) -> None:
    for old, new in ((b"a", b"b"), (b"b", b"c")):
        replace(vault / "a.md", new, old, Journal(vault, cache))
    for expected in (b"b", b"a"):
        assert journal.undo(journal.last(vault, cache))[1] == []
        assert (vault / "a.md").read_bytes() == expected


def test_what_changed_since_is_never_touched(vault: Path, cache: Path) -> None:
    keeper = Journal(vault, cache)
    replace(vault / "a.md", b"b", b"a", keeper)
    replace(vault / "new.md", b"n", None, keeper)
    (vault / "a.md").write_bytes(b"edited since")
    run = journal.last(vault, cache)
    done, (fault,) = journal.undo(run)
    assert (done, (vault / "new.md").exists()) == ([], True)
    assert fault.endswith("a.md: changed since that run, so left as it is")
    done, faults = journal.undo(run, rest=True)
    assert (done, faults) == ([vault / "new.md"], [fault])
    assert (vault / "a.md").read_bytes() == b"edited since"
    (vault / "a.md").write_bytes(b"b")
    os.utime(vault / "a.md", (0, 0))
    assert journal.undo(journal.last(vault, cache)) == ([vault / "a.md"], [])  # its bytes were still kept
    assert (vault / "a.md").read_bytes() == b"a"


def test_a_write_that_did_not_happen_needs_no_undo(vault: Path, cache: Path) -> None:
    keeper = Journal(vault, cache)
    keeper.keep(vault / "a.md", b"a", b"b")
    assert journal.undo(journal.last(vault, cache)) == ([], [])
    assert (vault / "a.md").read_bytes() == b"a"


def test_an_edit_between_two_writes_is_where_undo_goes_back_to(vault: Path, cache: Path) -> None:
    keeper = Journal(vault, cache)
    keeper.keep(vault / "a.md", b"a", b"b")  # and then somebody saved "edit"
    (vault / "a.md").write_bytes(b"edit")
    replace(vault / "a.md", b"edit and b", b"edit", keeper)
    journal.undo(journal.last(vault, cache))
    assert (vault / "a.md").read_bytes() == b"edit"


def test_bytes_that_were_rescued_stay_kept(vault: Path, cache: Path) -> None:
    keeper = Journal(vault, cache)
    replace(vault / "a.md", b"b", b"a", keeper)
    keeper.rescue(vault / "a.md", b"edit")
    journal.undo(journal.last(vault, cache))
    (run,) = journal.runs(vault, cache)
    ((path, name),) = run.rescued
    assert (path, run.bytes_of(name), run.changes) == (vault / "a.md", b"edit", ())
    with pytest.raises(ConfigurationError):
        journal.last(vault, cache)


def test_nothing_is_written_that_cannot_be_kept(vault: Path, cache: Path) -> None:
    cache.write_bytes(b"no folder")
    with pytest.raises(WriteError, match="not written, as its old bytes cannot be kept"):
        replace(vault / "a.md", b"b", b"a", Journal(vault, cache))
    assert [path.read_bytes() for path in vault.iterdir()] == [b"a"]


def test_damaged_bytes_are_not_put_back(vault: Path, cache: Path) -> None:
    replace(vault / "a.md", b"b", b"a", Journal(vault, cache))
    run = journal.last(vault, cache)
    (run.folder / str(run.changes[0].old)).write_bytes(b"x")
    done, (fault,) = journal.undo(run)
    assert (done, (vault / "a.md").read_bytes()) == ([], b"b")
    assert "damaged" in fault
    (run.folder / journal.CHANGES).write_bytes((run.folder / journal.CHANGES).read_bytes() + b'{"pa')  # a run that was killed
    assert len(journal.last(vault, cache).changes) == 1


def test_old_runs_are_forgotten_and_others_may_not_look(vault: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEPT", 3)
    for number in range(5):
        Journal(vault, cache, str(number)).keep(vault / "a.md", b"a", b"b")
    assert [run.command for run in journal.runs(vault, cache)] == ["4", "3", "2"]
    assert journal.runs(vault.parent, cache) == []
    folder = journal.journal_folder(vault, cache)
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}
