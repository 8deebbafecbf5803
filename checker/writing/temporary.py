"""New bytes on their way to a name: a file in the same folder, with all that the old file has but its bytes.

Its name shows what it is, so that what a killed run leaves can be judged: `.part` is not complete yet; `.tmp` carries the digests
of the old and of the new bytes, and holds one of the two, or an edit that another program saved in between.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from checker.errors import WriteError
from checker.writing.exchange import exchange, sync_folder

PREFIX = ".check-claims-"
NAME = re.compile(re.escape(PREFIX) + r"(?P<old>[0-9a-f]{16}|none)-(?P<new>[0-9a-f]{16}|none)-\w+\.tmp")
DIGEST = 16  # characters of it in a name
SECOND = 1_000_000_000
PRUNED = (".git", "node_modules")
SYSTEMS_OWN = ("security.", "trusted.")  # attributes that the system gives, or that only it may


class Keeper(Protocol):
    """Where bytes are kept that are about to leave a file."""

    def keep(self, path: Path, old: bytes | None, new: bytes | None) -> None:
        """A file is about to get `new` for `old`; None: no file."""

    def rescue(self, path: Path, data: bytes) -> None:
        """Bytes that another program saved in a file have no place in it any more."""


def digest(data: bytes | None) -> str:
    """Of some bytes, as it stands in names; "none" of no file."""
    return "none" if data is None else hashlib.sha256(data).hexdigest()[:DIGEST]


def make(target: Path, new: bytes, old: bytes | None) -> Path:
    """A complete file beside `target` with its new bytes, on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=PREFIX, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        return Path(name).rename(beside(target, old, new))
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def beside(target: Path, old: bytes | None, new: bytes | None) -> Path:
    """A name of a temporary file for this change."""
    return target.with_name(f"{PREFIX}{digest(old)}-{digest(new)}-{os.urandom(4).hex()}.tmp")


def take_on(temporary: Path, target: Path, theirs: bool) -> None:
    """Give a temporary file the owner, permissions and extended attributes of the file that it is to replace.

    `theirs`: a person's note also keeps its times, so that it keeps its place among those edited lately; the time of change moves
    on by one second, so that whatever looks for changes sees one.

    Raises WriteError where something cannot be kept.
    """
    status = target.stat()
    mine = temporary.stat()
    try:
        if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
            os.chown(temporary, status.st_uid, status.st_gid)
    except PermissionError as error:
        raise WriteError(f"{target}: belongs to somebody else, which could not be kept; left as it is") from error
    shutil.copystat(target, temporary)
    if theirs:
        os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns + SECOND))
    else:
        os.utime(temporary)
    lost = _attributes(target) - _attributes(temporary)
    if lost:
        raise WriteError(f"{target}: has attributes that could not be kept ({', '.join(sorted(lost))}); left as it is")


def _attributes(path: Path) -> set[str]:
    if not hasattr(os, "listxattr"):
        return set()
    try:
        return {name for name in os.listxattr(path) if not name.startswith(SYSTEMS_OWN)}
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.EOPNOTSUPP):
            return set()
        raise


def clear(roots: Iterable[Path], keeper: Keeper) -> list[str]:
    """Take away the temporary files that a killed run left below some folders, and report where one held the edit of another
    program: that is put back in its place, or, where there is a newer one by now, given to `keeper`."""
    messages: list[str] = []
    for path in _leftovers(roots):
        try:
            messages += _clear(path, keeper)
        except OSError as error:
            messages.append(f"{path}: left by a run that was killed, and cannot be removed ({error.strerror})")
    return messages


def _leftovers(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in PRUNED]
            for name in names:
                if name.startswith(PREFIX) and (name.endswith(".part") or NAME.fullmatch(name)):
                    yield Path(folder, name)


def _clear(path: Path, keeper: Keeper) -> list[str]:
    match = NAME.fullmatch(path.name)
    if match is not None:
        data = path.read_bytes()
        if digest(data) not in (match["old"], match["new"]):
            return _rescue(path, data, match["new"], keeper)
    path.unlink()
    return []


def _rescue(path: Path, data: bytes, new: str, keeper: Keeper) -> list[str]:
    """An edit of another program that was taken out in the instant before a run was killed."""
    for other in sorted(path.parent.iterdir()):
        if other != path and other.is_file() and not other.is_symlink() and digest(other.read_bytes()) == new:
            if exchange(path, other):
                path.unlink()
            else:
                path.replace(other)
            sync_folder(path.parent)
            return [f"{other}: an edit that another program saved while a run was killed is back in its place"]
    keeper.rescue(path.parent, data)
    path.unlink()
    return [f"{path.parent}: an edit that another program saved while a run was killed is kept; see check-claims undo --list"]
