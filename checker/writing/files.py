"""Bytes onto disk: whole or not at all, and never over bytes that nobody has read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from checker.errors import WriteError


def replace(path: Path, new: bytes, expected: bytes | None) -> bool:
    """Make `path` hold `new` if it holds `expected` now (None: does not exist). Returns whether anything was written.

    The new bytes are on disk before they take the old ones' name, and keep the old file's permissions.
    Raises WriteError, with the old bytes intact, when the file changed meanwhile or cannot be written.
    """
    if new == expected:
        return False
    target = path.resolve()
    temporary = None
    try:
        if path.exists() and (path.stat().st_nlink > 1 or not os.access(target, os.W_OK)):
            fault = "has hard links" if path.stat().st_nlink > 1 else "is read-only"
            raise WriteError(f"{path}: {fault}; left as it is")
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".check-claims-", suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        current = target.read_bytes() if target.exists() else None
        if current != expected:
            raise WriteError(f"{path}: changed while the experiment ran; its newer bytes are kept. Run again")
        temporary.chmod(target.stat().st_mode & 0o7777 if current is not None else 0o666 & ~_umask())
        temporary.replace(target)
        temporary = None
        return True
    except OSError as error:
        raise WriteError(f"{path}: cannot be written ({error.strerror}); its old bytes are intact") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def move(old: Path, new: Path) -> None:
    """Give a file another path; nothing is ever replaced. Raises WriteError when that cannot be."""
    try:
        if new.exists() and not new.samefile(old):  # one file may have two names that differ in case
            raise WriteError(f"{new}: there is such a file; {old} keeps its name")
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
    except OSError as error:
        raise WriteError(f"{old}: cannot be moved to {new} ({error.strerror})") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
