"""Copies that a program which synchronises puts next to a note that two devices have changed, recognised by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

# Syncthing; Dropbox, Nextcloud, Obsidian Sync and others, in some languages; ownCloud; Resilio; Seafile.
MARKED = re.compile(
    r"(?P<name>.+?)(?:\.sync-conflict-\d{8}-\d{6}(?:-\w+)?|[ _]\([^()]*(?:conflict|konflikt|conflit|conflicto|conflitto)[^()]*\)"
    r"|_conflict-\d{8}-\d{6}|\.conflict(?:[-.]?\d+)?)",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"(?P<name>.+?)(?: \d{1,2}| \(\d{1,2}\)| copy(?: \d{1,2})?| - Copy(?: \(\d+\))?)"
)  # iCloud, Drive, file managers


def copies(
    paths: Iterable[PurePosixPath], is_note: Callable[[PurePosixPath], bool], ids: Iterable[tuple[str, PurePosixPath]]
) -> dict[PurePosixPath, PurePosixPath]:
    """Copy -> the original in the same folder. A number in a name may also be a person's: such a note is a copy only if it has a
    block id of the original."""
    of_note: dict[PurePosixPath, set[str]] = {}
    for name, path in ids:
        of_note.setdefault(path, set()).add(name.casefold())
    found = {}
    for path in paths:
        for pattern in (MARKED, NUMBERED):
            match = pattern.fullmatch(path.stem)
            original = path.with_name(match["name"] + path.suffix) if match else None
            if original is None or not is_note(original):
                continue
            if pattern is MARKED or not of_note.get(path, set()).isdisjoint(of_note.get(original, ())):
                found[path] = original
                break
    return found
