"""One run at a time writes into a vault."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from checker.errors import WriteError
from checker.writing.journal import vault_key

WAIT = 60.0  # seconds for which a second run waits


@contextmanager
def locked(vault: Path, cache: Path, report: Callable[[str], None], wait: float | None = None) -> Iterator[None]:
    """Hold the lock of a vault. The system gives it up with the process, so that a killed run leaves no lock behind. A process
    that has it already gets it again.

    `report` is called when another run has to be waited for, and when the file system has no locks: then nothing is held.

    Raises WriteError when the other run does not end in time.
    """
    from filelock import FileLock, Timeout

    path = cache / "locks" / f"{vault_key(vault)}.lock"
    pid = path.with_suffix(".pid")
    lock = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, is_singleton=True)  # a run may write in several steps
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(f"waiting for another run on {vault} (process {_who(pid)})")
            lock.acquire(timeout=WAIT if wait is None else wait)
        pid.write_text(f"{os.getpid()}\n", encoding="utf-8")
    except Timeout:
        raise WriteError(f"{vault}: another run (process {_who(pid)}) is writing there; let it finish, then run again") from None
    except (OSError, NotImplementedError) as error:
        report(f"{path.parent}: no locks on this file system ({error}); do not run twice at once on one vault")
    try:
        yield
    finally:
        if lock is not None and lock.is_locked:
            lock.release()


def _who(pid: Path) -> str:
    try:
        return pid.read_text(encoding="utf-8").strip()
    except OSError:
        return "unknown"
