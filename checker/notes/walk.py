"""The files of a vault on disk, and how each looks from outside."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from checker.notes.note import Problem

READ = {".md": "note", ".canvas": "canvas"}  # the kinds of files that are read

Stamp = tuple[str, int, int, int, int]  # path in the vault; size, mtime, ctime in ns, inode: zeros of a file that is not read


def walk(root: Path) -> tuple[list[Stamp], list[Problem]]:
    """The regular files below `root`, and what could not be listed.

    Hidden files and folders are left out, as Obsidian does, and links that lead to them or leave the vault. Each folder is
    visited once, in its own place rather than where a link leads to it.
    """
    found: list[Stamp] = []
    problems: list[Problem] = []
    inside = os.path.realpath(root)
    seen: set[tuple[int, int]] = set()
    folders, linked = [(str(root), "")], list[tuple[str, str]]()
    while folders or linked:
        folder, place = folders.pop() if folders else linked.pop(0)
        try:
            status = os.stat(folder)  # noqa: PTH116 (strings are faster here)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            listed = os.scandir(folder)
        except OSError as error:
            problems.append(Problem(PurePosixPath(place or "."), 1, f"the folder cannot be read ({error.strerror}); skipped"))
            continue
        with listed:
            for entry in listed:
                name = entry.name
                if name[0] == ".":
                    continue
                path = place + name
                link = entry.is_symlink()
                if link and not _is_shown(entry.path, inside):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=link):
                        (linked if link else folders).append((entry.path, f"{path}/"))
                    elif entry.is_file(follow_symlinks=link):
                        found.append(_stamp(path, entry))
                except UnicodeEncodeError:
                    shown = path.encode("utf-8", "replace").decode("utf-8")
                    problems.append(Problem(PurePosixPath(shown), 1, "its name is not UTF-8; skipped, untouched"))
                except OSError as error:
                    problems.append(Problem(PurePosixPath(path), 1, f"cannot be read ({error.strerror}); skipped"))
    return found, problems


def _stamp(path: str, entry: os.DirEntry[str]) -> Stamp:
    if not path.isascii():
        path.encode("utf-8")
    if not path.lower().endswith(tuple(READ)):
        return path, 0, 0, 0, 0
    status = entry.stat()
    return path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _is_shown(path: str, root: str) -> bool:
    """Whether a link leads to a place below the root, and not to what is hidden there; a hidden note may be linked to."""
    try:
        target = os.path.realpath(path)
    except OSError:  # a link that nobody may follow, or that is gone by now
        return False
    if not f"{target}{os.sep}".startswith(f"{root}{os.sep}"):
        return False
    folders, _, name = target[len(root) :].rpartition(os.sep)
    return f"{os.sep}." not in folders and (name[:1] != "." or name.lower().endswith(tuple(READ)))
