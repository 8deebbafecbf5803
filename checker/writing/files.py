"""Bytes onto disk: whole or not at all, and never over bytes that nobody has read.

The new bytes are complete in a file of their own before the two files exchange their names. What came out is then looked at: if
it is not what was read before, somebody saved in between, and it goes back.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path

from checker.errors import ChangedError, WriteError
from checker.writing import temporary as temporaries
from checker.writing.exchange import exchange, is_open_for_writing, place, sync_folder
from checker.writing.temporary import Keeper

SETTLED = 2.0  # seconds after which a save of an editor counts as done
PATIENCE = 10.0  # seconds to wait for that, and for a program that has the file open for writing
TICK = 0.0005


def replace(path: Path, new: bytes | None, expected: bytes | None, keeper: Keeper | None = None, theirs: bool = False) -> bool:
    """Make `path` hold `new` (None: be gone) if it holds `expected` now (None: does not exist). Returns whether anything changed.

    Permissions, owner and extended attributes stay. `keeper` is given the old bytes before they leave. `theirs`: people
    edit the file: one that was saved in the last seconds waits a moment, and its times stay too.

    Raises ChangedError when the file holds something else, and WriteError when it cannot be written; the old bytes are intact.
    """
    if new == expected:
        return False
    target = Path(os.path.realpath(path))
    temporary = None
    try:
        if target.exists():
            _refuse_special(path, target)
        if theirs and expected is not None:
            _wait_until_settled(target)
        if _read(target) != expected:
            raise _changed(path)
        temporary = _ready(target, new, expected, theirs)
        if keeper is not None:
            keeper.keep(target, expected, new)
        uncertain, temporary = temporary, None  # until it is known what came out, only the next run may take it away
        try:
            took = _first_step(uncertain, target, new, expected)
        except OSError:
            temporary = uncertain
            raise
        fits = True
        if took and new is None:
            fits = _settle_removed(uncertain, target, expected, keeper)
        elif took and new is not None:
            fits = _settle(uncertain, target, new, expected, keeper)
        temporary = uncertain
        sync_folder(target.parent)
        if not fits:
            raise _changed(path)
        return True
    except (FileExistsError, FileNotFoundError) as error:
        raise _changed(path) from error
    except OSError as error:
        raise WriteError(f"{path}: cannot be written ({error.strerror}); its old bytes are intact") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _changed(path: Path) -> ChangedError:
    return ChangedError(f"{path}: changed while the experiment ran; its newer bytes are kept. Run again")


def _refuse_special(path: Path, target: Path) -> None:
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):
        raise WriteError(f"{path}: is no regular file; left as it is")
    if status.st_nlink > 1:
        raise WriteError(f"{path}: has hard links; left as it is")
    may = os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids)  # root may always
    if not may or not status.st_mode & 0o222:
        raise WriteError(f"{path}: is read-only; left as it is")


def _wait_until_settled(target: Path) -> None:
    until = time.monotonic() + PATIENCE
    while 0 <= (age := time.time() - target.stat().st_mtime) < SETTLED and time.monotonic() < until:
        time.sleep(SETTLED - age)


def _ready(target: Path, new: bytes | None, expected: bytes | None, theirs: bool) -> Path:
    """The temporary file; where the file is to be gone, a name for what comes out."""
    if new is None:
        return temporaries.beside(target, expected, new)
    made = temporaries.make(target, new, expected)
    try:
        if expected is None:
            made.chmod(0o666 & ~_umask())
        else:
            temporaries.take_on(made, target, theirs)
    except BaseException:
        made.unlink()
        raise
    return made


def _first_step(temporary: Path, target: Path, new: bytes | None, expected: bytes | None) -> bool:
    """Put the new bytes in their place. Whether something came out that has to be looked at."""
    if expected is None:
        place(temporary, target)
        return False
    if _final(target) != expected:  # so that what comes out is almost always what was expected
        raise FileExistsError
    if new is None:
        target.rename(temporary)
        return True
    if exchange(temporary, target):
        return True
    temporary.replace(target)  # without an exchange, a save between the look and this is lost
    return False


def _settle(temporary: Path, target: Path, new: bytes, expected: bytes | None, keeper: Keeper | None) -> bool:
    """Put back what came out while it is not what was last known to be in. Whether it was the expected bytes at once."""
    inside: bytes | None = new
    known, exchanges = expected, 0
    while (came := _final(temporary)) != known:
        exchanges += 1
        if not _give_back(temporary, target):
            return False
        inside, known = came, inside
    if exchanges > 1 and known is not None and known not in (new, expected) and keeper is not None:
        keeper.rescue(target, known)  # a save that a newer one has taken the place of
    return exchanges == 0


def _settle_removed(temporary: Path, target: Path, expected: bytes | None, keeper: Keeper | None) -> bool:
    """Put back what was taken out if it is not what was expected. Whether it was."""
    came = _final(temporary)
    if came == expected:
        return True
    try:
        place(temporary, target)
    except FileExistsError:
        if keeper is not None and came is not None:
            keeper.rescue(target, came)  # saved again since: the newer one stays
    return False


def _final(path: Path) -> bytes | None:
    """What a file holds, once nobody writes to it any more; None when that takes too long."""
    until = time.monotonic() + PATIENCE
    while is_open_for_writing(path):
        if time.monotonic() > until:
            return None
        time.sleep(TICK)
    return path.read_bytes()


def _give_back(temporary: Path, target: Path) -> bool:
    """Put back what came out, in exchange for what is there now; False where it went to an empty place or a newer file has its
    place. An editor that saves by renaming leaves an instant without a file."""
    while True:
        try:
            exchange(temporary, target)
            return True
        except FileNotFoundError:
            with contextlib.suppress(FileExistsError):
                place(temporary, target)
                return False


def _read(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def move(old: Path, new: Path) -> None:
    """Give a file another path; nothing is ever replaced. Raises WriteError when that cannot be."""
    try:
        if new.exists() and not new.samefile(old):  # one file may have two names that differ in case
            raise WriteError(f"{new} already exists; {old} keeps its name")
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
    except OSError as error:
        raise WriteError(f"{old}: cannot be moved to {new} ({error.strerror})") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
