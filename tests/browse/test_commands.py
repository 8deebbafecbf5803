"""`browse`, `export` and `check --only` as commands: what they refuse, and how."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browse.conftest import CHECKED, write_vault


def run(*arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(cache), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "checker.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_export_says_what_it_wrote_and_what_it_could_not(tmp_path: Path) -> None:
    project = write_vault(tmp_path / "project")
    out = tmp_path / "page.html"
    result = run("export", str(out), "--vault", str(project), cache=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{out}: 9 notes, 2 claims, ")
    assert out.read_text().startswith("<!doctype html>")
    result = run("export", str(tmp_path / "no" / "page.html"), "--vault", str(project), cache=tmp_path)
    assert result.returncode == 4
    assert "cannot be written" in result.stderr


def test_the_same_vault_is_the_same_file(tmp_path: Path) -> None:
    project = write_vault(tmp_path / "project")
    for name in ("one", "two"):
        run("export", str(tmp_path / name), "--vault", str(project), cache=tmp_path / f"cache-{name}")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_port_that_is_taken_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    project = write_vault(tmp_path / "project")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("browse", str(project), "--port", str(port), "--no-open", cache=tmp_path)
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
    assert run("browse", str(tmp_path / "nowhere"), cache=tmp_path).returncode == 2


@pytest.mark.slow
def test_only_one_claim_is_checked(tmp_path: Path) -> None:
    project = write_vault(tmp_path / "project")
    result = run("check", str(project), "--dry-run", "--only", "mae-is-lovely", "--json", cache=tmp_path)
    assert [claim["id"] for claim in json.loads(result.stdout)["claims"]] == ["mae-is-lovely"]
    result = run("check", str(project), "--dry-run", "--only", CHECKED, "--only", "mae-is-lovely", "--json", cache=tmp_path)
    assert len(json.loads(result.stdout)["claims"]) == 2


def test_an_id_that_no_claim_has_is_told(tmp_path: Path) -> None:
    project = write_vault(tmp_path / "project")
    result = run("check", str(project), "--dry-run", "--only", "nothing", cache=tmp_path)
    assert result.returncode == 2
    assert "no claim here is called nothing" in result.stderr
