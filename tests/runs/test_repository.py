from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from checker.errors import ConfigurationError
from checker.runs.repository import changed_since, repository_root, within

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=os.environ | who | quiet)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits on main; a branch that left after the first one."""
    root = tmp_path / "re po"
    (root / "vault").mkdir(parents=True)
    git(root, "init", "--initial-branch=main")
    for name in ("a.md", "b.md", "c.md"):
        (root / "vault" / name).write_text("one\n")
    git(root, "add", ".")
    git(root, "commit", "-m", "first")
    git(root, "switch", "-c", "branch")
    git(root, "switch", "main")
    (root / "vault/a.md").write_text("two\n")
    git(root, "commit", "-am", "second")
    git(root, "switch", "branch")
    return root


def test_what_a_branch_changed_is_told_and_what_others_did_is_not(repository: Path) -> None:
    vault = repository / "vault"
    assert changed_since(vault, "main") == frozenset()
    (vault / "b.md").write_text("committed\n")
    git(repository, "commit", "-am", "mine")
    (vault / "c.md").write_text("edited\n")
    (vault / "d ü\n.md").write_text("new\n")
    assert changed_since(vault, "main") == {vault / "b.md", vault / "c.md", vault / "d ü\n.md"}
    assert changed_since(vault, "HEAD") == {vault / "c.md", vault / "d ü\n.md"}
    git(repository, "add", "--all")
    assert changed_since(repository, "HEAD") == {vault / "c.md", vault / "d ü\n.md"}


@pytest.mark.parametrize("revision", ["nonsense", "--output=x", "", "HEAD:vault"])
def test_what_is_no_revision(repository: Path, revision: str) -> None:
    with pytest.raises(ConfigurationError, match=f"the revision {revision}: "):
        changed_since(repository, revision)
    assert sorted(path.name for path in repository.iterdir()) == [".git", "vault"]


def test_a_folder_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ConfigurationError, match="not a git repository"):
        changed_since(tmp_path, "HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigurationError, match="no git on this machine"):
        changed_since(tmp_path, "HEAD")


def test_paths_of_reports_start_at_the_root(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = repository / "vault"
    assert repository_root(vault) == repository
    assert within(vault, repository) == PurePosixPath("vault")
    other = tmp_path / "other"
    other.mkdir()
    assert within(other, repository_root(other)) == PurePosixPath()
    monkeypatch.chdir(tmp_path)
    assert within(other, repository_root(other)) == PurePosixPath("other")


def test_the_commands_of_a_repository_are_not_run(tmp_path: Path) -> None:
    """An archive may bring a .git folder whose configuration names commands that `git diff` runs."""
    git(tmp_path, "init")
    (tmp_path / "N.md").write_text("a\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    command = tmp_path / "command.sh"
    command.write_text(f"#!/bin/sh\necho ran >> '{tmp_path}/ran'\ncat\n")
    command.chmod(0o755)
    (tmp_path / ".gitattributes").write_text("*.md filter=own\n*.txt filter=a=b\n")
    names = ("core.fsmonitor", "filter.own.clean", "filter.own.process", "filter.a=b.clean", "diff.external", "core.pager")
    for name in names:
        git(tmp_path, "config", name, str(command))
    git(tmp_path, "config", "core.hooksPath", str(tmp_path))
    (tmp_path / "post-index-change").symlink_to(command)
    (tmp_path / "N.md").write_text("b\n")
    changed = changed_since(tmp_path, "HEAD")
    assert tmp_path / "N.md" in changed
    assert not (tmp_path / "ran").exists()
