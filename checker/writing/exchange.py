"""What the system offers beyond rename: two names exchanged in one step, and whether a program has a file open for writing."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

AT_FDCWD = -100  # paths are relative to the working folder
NOREPLACE, EXCHANGE = 1, 2
UNABLE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)


def exchange(one: Path, other: Path) -> bool:
    """Let two files take each other's place at once, so that neither name is ever without a file.

    Returns False, with nothing done, where the system or the file system cannot. Raises OSError when one is not there.
    """
    return _rename(one, other, EXCHANGE)


def place(new: Path, path: Path) -> None:
    """Rename `new` to a name that must be free. Raises FileExistsError when it is not."""
    if _rename(new, path, NOREPLACE):
        return
    if path.exists() or path.is_symlink():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    new.rename(path)


def is_open_for_writing(path: Path) -> bool:
    """Whether some program can still write to the file through a descriptor that it has; False where the system does not say.

    A read lease is granted only on a file that nobody has open for writing. It is given back at once.
    """
    if sys.platform != "linux":
        return False
    import fcntl

    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # ignored by default, unlike what else a lease would send
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where folders can be opened for that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@cache
def _renameat2() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    found: Any = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return found if found is None else lambda *arguments: 0 if found(*arguments) == 0 else ctypes.get_errno()


def _rename(old: Path, new: Path, flags: int) -> bool:
    call = _renameat2()
    if call is None:
        return False
    fault = call(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flags)
    if fault and fault not in UNABLE:
        raise OSError(fault, os.strerror(fault), str(old), None, str(new))
    return not fault
