"""A vault from somewhere: whatever lies in it, nothing of it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_cli import COMMAND, run
from tests.strays import write_strays

CLAIM = "MAE has shorter attention distance than DINO"


@pytest.fixture
def strange(make_vault: Callable[..., Path], tmp_path: Path) -> Path:
    """A project with one claim, stray modules in it and in its vault."""
    project = make_vault({"N.md": f"- {CLAIM} #claim\n"})
    for folder in (project, project / "vault"):
        write_strays(folder, tmp_path / "ran")
    return project


@pytest.mark.slow
def test_a_check_imports_nothing_of_the_working_folder_or_the_vault(strange: Path, tmp_path: Path) -> None:
    result = run(".", "--json", cwd=strange, cache=tmp_path / "empty")
    assert result.returncode == 0, result.stderr
    (claim,) = json.loads(result.stdout)["claims"]
    assert (claim["statement"], claim["status"], claim["scope"]) == (CLAIM, "supported", "toy")
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()
    (plot,) = (strange / "vault/Claims").glob("*.svg")
    assert "#ff0000" not in plot.read_text()  # a matplotlibrc there counts for nothing either


@pytest.mark.parametrize("folder", [".", "vault"])
@pytest.mark.parametrize("how", ["installed", "module", "relative"])
def test_the_command_imports_nothing_of_where_it_stands(strange: Path, tmp_path: Path, folder: str, how: str) -> None:
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(tmp_path / "cache"), "PYTHONWARNINGS": "ignore"}
    command = [COMMAND]
    if how != "installed":  # here Python itself looks into the folder first, for our package and for its own start
        for name in ("__future__.py", "sitecustomize.py", "usercustomize.py", "checker"):
            (strange / folder / name).rename(tmp_path / f"{name} away")
    if how == "module":
        command = [sys.executable, "-m", "checker.cli"]
    if how == "relative":
        environment["PYTHONPATH"] = os.pathsep.join(["", ".", environment.get("PYTHONPATH", "")])
    for arguments in (["--dry-run"], ["notes"], ["read", CLAIM]):
        result = subprocess.run(
            [*command, *arguments], cwd=strange / folder, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


def test_an_absolute_path_of_python_stays_the_users(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("")
    code = (
        "import sys; from checker.interpreter import *; leave_working_folder(); import mine; print(environment()['PYTHONPATH'])"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["elsewhere", str(tmp_path), ""])}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == str(tmp_path)
