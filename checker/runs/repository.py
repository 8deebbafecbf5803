"""The git repository around a project: where it begins, and what has changed in it."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path, PurePosixPath

from checker.errors import ConfigurationError


def repository_root(folder: Path) -> Path:
    """The root of the repository that a folder lies in; without one, where the command runs, or else the folder itself."""
    folder = folder.resolve()
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            return parent
    here = Path.cwd()
    return here if folder.is_relative_to(here) else folder


def within(folder: Path, root: Path) -> PurePosixPath:
    """The way from the root of a repository to a folder in it."""
    return PurePosixPath(folder.resolve().relative_to(root).as_posix())


def changed_since(folder: Path, revision: str) -> frozenset[Path]:
    """The files around `folder` that differ from where this branch left `revision`: committed, staged, edited or new.

    Raises ConfigurationError where git cannot tell.
    """
    if revision.startswith("-"):
        raise ConfigurationError(f"--changed-since {revision}: not a revision")
    root = Path(os.fsdecode(_git(folder, revision, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    commit = _git(folder, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    with suppress(ConfigurationError):  # a shallow clone knows no common ancestor: then what differs from the revision itself
        commit = _git(root, revision, "merge-base", "HEAD", commit).decode().strip()
    changed = _git(root, revision, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--")
    new = _git(root, revision, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(root / os.fsdecode(name) for name in (changed + new).split(b"\0") if name)


def _git(folder: Path, revision: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise ConfigurationError(f"--changed-since {revision}: there is no git on this machine") from None
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().removeprefix("fatal: ").splitlines()
        fault = said[0] if said else "no such revision; fetch it first"
        raise ConfigurationError(f"--changed-since {revision}: {fault}")
    return done.stdout
