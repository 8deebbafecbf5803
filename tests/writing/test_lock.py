"""Rules 24 and 25 of the failure model: two runs at once, and no locks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from checker.errors import WriteError
from checker.writing import locked
from tests.writing.conftest import Run, tree

HOLD = """
import sys, time
from pathlib import Path
from checker.writing import locked
with locked(Path(sys.argv[1]), Path(sys.argv[2]), print):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def other_run(vault: Path, cache: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(vault), str(cache), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_run_waits(tmp_path: Path) -> None:
    told: list[str] = []
    with other_run(tmp_path, tmp_path / "cache", 2) as process:
        began = time.monotonic()
        with locked(tmp_path, tmp_path / "cache", told.append):
            assert time.monotonic() - began > 0.5
    assert told == [f"waiting for another run on {tmp_path} (process {process.pid})"]


def test_the_second_run_gives_up_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    with other_run(tmp_path, tmp_path / "cache", 60) as process:
        with (
            pytest.raises(WriteError, match=rf"another run \(process {process.pid}\)"),
            locked(tmp_path, tmp_path / "cache", lambda _: None, 0.1),
        ):
            pass
        process.kill()
    told: list[str] = []
    with locked(tmp_path, tmp_path / "cache", told.append), locked(tmp_path, tmp_path / "cache", told.append):
        assert (next((tmp_path / "cache/locks").glob("*.pid"))).read_text() == f"{os.getpid()}\n"
    with locked(tmp_path, tmp_path / "cache", told.append):
        assert told == []


def test_a_command_that_waited_in_vain_exits_with_4(
    make_vault: Callable[..., Path], command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    before = tree(project)
    monkeypatch.setattr("checker.writing.lock.WAIT", 0.1)
    with other_run(project / "vault", Path(os.environ["CHECK_CLAIMS_CACHE"]), 60) as process:
        for arguments in ((project,), ("undo", project), ("init", project)):
            assert f"another run (process {process.pid}) is writing there" in command(*arguments, code=4).output
        command("--dry-run", project)
        process.kill()
    assert tree(project) == before
    command(project)


def test_another_vault_has_another_lock(tmp_path: Path) -> None:
    with (
        other_run(tmp_path, tmp_path / "cache", 60) as process,
        locked(tmp_path / "other", tmp_path / "cache", lambda text: pytest.fail(text)),
    ):
        process.kill()


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*arguments: object, **options: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(filelock.FileLock, "acquire", without)
    told: list[str] = []
    with locked(tmp_path, tmp_path / "cache", told.append):
        pass
    (line,) = told
    assert "no locks on this file system" in line
