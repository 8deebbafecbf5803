"""Shared: a project in a git repository whose claims were checked once, on the models that ship."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests.acceptance.test_cli import run
from tests.runs.test_repository import git

NOTE = """\
# Attention

- MAE has shorter attention distance than DINO #claim
- MAE has longer attention distance than DINO #claim ^longer
- MAE has shorter attention distance #claim
"""
OTHER = "MAE is nice #claim\n"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of tests, the same in all of its processes."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def ci_cache(shared_folder: Path) -> Path:
    """What was measured, kept for the tests that come after."""
    return shared_folder / "ci-cache"


@pytest.fixture(scope="session")
def _checked(shared_folder: Path, ci_cache: Path) -> Path:
    project = shared_folder / "ci" / "project"
    with FileLock(shared_folder / "ci.lock"):  # the first process checks, the others wait for it
        if not project.exists():
            _check_once(project.with_name("unchecked"), ci_cache).rename(project)
    return project


def _check_once(project: Path, ci_cache: Path) -> Path:
    (project / "vault/Sub").mkdir(parents=True)
    (project / "claims").mkdir()
    (project / "vault/Attention.md").write_text(NOTE)
    (project / "vault/Sub/Other.md").write_text(OTHER)
    result = run(".", cwd=project, cache=ci_cache)
    assert result.returncode == 0, result.stderr
    return project


@pytest.fixture
def checked_repository(_checked: Path, tmp_path: Path) -> Path:
    """A supported claim, a refuted one, one that needs more and one that cannot be tested, all committed as they were checked."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    project = tmp_path / "project"
    shutil.copytree(_checked, project)
    git(project, "init", "--initial-branch=main")
    git(project, "add", ".")
    git(project, "commit", "-m", "checked")
    return project


@pytest.fixture
def edit(checked_repository: Path) -> Callable[[str, str, str], None]:
    """Replace text in a file of the project."""

    def replace(name: str, old: str, new: str) -> None:
        path = checked_repository / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return replace
