"""Changes onto disk, in order. A claim whose file cannot be written goes no further, so that no status points at nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checker.errors import ChangedError, NoteError, WriteError
from checker.writing.changes import Change
from checker.writing.files import replace
from checker.writing.temporary import Keeper

TRIES = 100  # to find a place for a status while somebody goes on saving
GONE = 0.5  # seconds after which a file that an editor moved away is taken for deleted
TICK = 0.01


@dataclass
class Written:
    """The files that were changed, and what could not be."""

    paths: list[Path] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write_changes(changes: Iterable[Change], keeper: Keeper, inside: Sequence[Path]) -> Written:
    """Write the changes, and nothing outside of some folders, wherever links may lead. A note that changed meanwhile is read
    again, and its claims are found in what it holds by then, or are left for the next run."""
    folders = [folder.resolve() for folder in inside]
    done, failed = Written(), set[str]()
    for change in changes:
        if change.claims and change.claims <= failed:
            continue
        try:
            target = Path(os.path.realpath(change.path))
            if not any(target.is_relative_to(folder) for folder in folders):
                raise WriteError(f"{change.path}: leads out of the vault; left as it is")
            if change.edit is None:
                written = replace(change.path, change.new, change.old, keeper, change.theirs)
            else:
                written = _edit(change, failed, keeper, done.faults)
            if written:
                done.paths.append(change.path)
        except WriteError as error:
            done.faults.append(str(error))
            failed |= change.claims
    return done


def _edit(change: Change, failed: Collection[str], keeper: Keeper, faults: list[str]) -> bool:
    edit, now = change.edit, change.old
    assert edit is not None
    for _ in range(TRIES):
        if now is None:
            raise WriteError(f"{change.path}: deleted or renamed while the experiment ran; the evidence is kept. Run again")
        try:
            new = edit.apply(now, failed)
            written = replace(change.path, new, now, keeper, theirs=True)
        except ChangedError:
            now = _newest(change.path)
            continue
        except (NoteError, UnicodeDecodeError) as error:
            raise WriteError(f"{change.path}: {error}; the evidence is kept") from error
        left = [name for name in edit.left(new) if name not in failed] if now != change.old else []
        if left:
            faults.append(f"{change.path}: changed while the experiment ran; {', '.join(left)} waits for the next run")
        return written
    raise WriteError(f"{change.path}: is being saved all the time; its newest bytes are kept. Run again")


def _newest(path: Path) -> bytes | None:
    until = time.monotonic() + GONE
    while not path.is_file() and time.monotonic() < until:
        time.sleep(TICK)
    try:
        return path.read_bytes() if path.is_file() else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WriteError(f"{path}: cannot be read ({error.strerror})") from error
