"""The git repository around a project: where it begins, and what has changed in it."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path, PurePosixPath

from checker.errors import ConfigurationError

NO_HOOKS = {"core.fsmonitor": "false", "core.hooksPath": os.devnull}
FILTERS = r"^filter\..*\.(clean|process|required)$"  # commands that a file passes through on its way into the index


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

    Raises ConfigurationError where git does not say.
    """
    if revision.startswith("-"):
        raise ConfigurationError(f"the revision {revision}: not a revision")
    root = Path(os.fsdecode(_git(folder, revision, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    commit = _git(folder, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    with suppress(ConfigurationError):  # a shallow clone knows no common ancestor: then what differs from the revision itself
        commit = _git(root, revision, "merge-base", "HEAD", commit).decode().strip()
    changed = _git(root, revision, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--")
    new = _git(root, revision, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(root / os.fsdecode(name) for name in (changed + new).split(b"\0") if name)


def files_at(folder: Path, revision: str, suffix: str) -> dict[str, bytes]:
    """The files right in a folder whose names end so, as they were committed at a revision, by name. None where the folder was
    not there.

    Raises ConfigurationError where git does not say.
    """
    if revision.startswith("-"):
        raise ConfigurationError(f"the revision {revision}: not a revision")
    root = Path(os.fsdecode(_git(folder, revision, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    commit = _git(root, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    inside = within(folder, root.resolve())
    listed = _git(root, revision, "ls-tree", "-z", "--full-tree", commit, f"{inside}/" if str(inside) != "." else ".")
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry.endswith(suffix.encode())]
    blobs = [(head.split()[2].decode(), PurePosixPath(os.fsdecode(path)).name) for head, _, path in entries if b" blob " in head]
    return {name: _git(root, revision, "cat-file", "blob", blob) for blob, name in blobs}


def _git(folder: Path, revision: str, *arguments: str) -> bytes:
    """What git answers, without a hook, filter or remote of the repository's own: its configuration may come from anywhere."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False, env=_harmless(folder))
    except FileNotFoundError:
        raise ConfigurationError(f"the revision {revision}: there is no git on this machine") from None
    if done.returncode:
        messages = os.fsdecode(done.stderr).strip().removeprefix("fatal: ").splitlines()
        fault = messages[0] if messages else "no such revision; fetch it first"
        raise ConfigurationError(f"the revision {revision}: {fault}")
    return done.stdout


def _harmless(folder: Path) -> dict[str, str]:
    """An environment for git in which a repository's own commands are switched off; those of the person stay."""
    question = ("config", "--includes", "--show-scope", "--name-only", "-z", "--get-regexp", FILTERS)
    answer = subprocess.run(["git", "-C", str(folder), *question], capture_output=True, check=False).stdout
    fields = os.fsdecode(answer).split("\0")
    own = [name for scope, name in zip(fields[::2], fields[1::2], strict=False) if scope in ("local", "worktree")]
    values = NO_HOOKS | {name: "false" if name.endswith(".required") else "" for name in own}
    first = int(os.environ.get("GIT_CONFIG_COUNT", 0))
    settings = {"GIT_ALLOW_PROTOCOL": "none", "GIT_CONFIG_COUNT": str(first + len(values))}
    for number, (name, value) in enumerate(values.items(), first):
        settings |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return os.environ | settings
