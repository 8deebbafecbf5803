"""A vault from somewhere: whatever lies in it, nothing of it runs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.acceptance.test_cli import COMMAND, run
from tests.browse.conftest import until
from tests.processes import started
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


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    for arguments in ([], ["notes"], ["links", "x"], ["lint", "."], ["trust"]):
        gone.mkdir()
        script = f"rmdir '{gone}'; exec '{COMMAND}' \"$@\""
        environment = os.environ | {"CHECK_CLAIMS_CACHE": str(tmp_path / "cache")}
        result = subprocess.run(
            ["sh", "-c", script, "sh", *arguments], cwd=gone, env=environment, capture_output=True, text=True, check=False
        )
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == "check-claims: the working folder no longer exists; change to another one\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "utf-8"])
def test_an_output_that_cannot_show_every_character(make_vault: Callable[..., Path], tmp_path: Path, encoding: str) -> None:
    name = "\u2705 \U0001f58d \u4e2d.md"
    project = make_vault({name: f"- {CLAIM} #claim\n[[\U0001f58d gone]]\n"})
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(tmp_path / "cache"), "PYTHONIOENCODING": encoding}

    def ask(*arguments: str) -> tuple[int, bytes]:
        done = subprocess.run([COMMAND, *arguments], cwd=project, env=environment, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout

    for arguments in (["--dry-run"], ["links"], ["orphans"], ["unresolved"], ["read", CLAIM]):
        assert ask(*arguments)[0] == 0, arguments
    assert ask("lint")[0] == 1
    code, out = ask("links", "--json")
    assert code == 0
    assert json.loads(out.decode(encoding))["unresolved"] == {name: {"\U0001f58d gone": 1}}


@pytest.mark.parametrize("where", ["/", "above", "elsewhere", "inside"])
def test_a_note_is_looked_at_in_its_own_vault(tmp_path: Path, where: str) -> None:
    vault = tmp_path / "above" / "My vault"
    (vault / ".obsidian").mkdir(parents=True)
    (vault / "Sub").mkdir()
    (vault / "Sub/A.md").write_text("[[B]]\n")
    (vault / "B.md").write_text("[[A]]\n")
    (tmp_path / "elsewhere").mkdir()
    folders = {"/": Path("/"), "above": vault.parent, "elsewhere": tmp_path / "elsewhere", "inside": vault / "Sub"}
    result = run("links", str(vault / "Sub/A.md"), "--json", cwd=folders[where], cache=tmp_path / "cache")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    note = "A.md" if where == "inside" else "Sub/A.md"
    assert answer["note"] == note
    if where != "inside":
        assert [link["target"] for link in answer["links"]] == ["B.md"]
        assert [link["source"] for link in answer["backlinks"]] == ["B.md"]


def test_names_are_no_commands_to_github(
    make_vault: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    names = [
        "::error file=x::boom.md",
        "##[error]boom.md",
        "::add-mask::a.md",
        " ::notice::b.md",
        "a\x1b[31m::stop-commands::c.md",
    ]
    project = make_vault(dict.fromkeys(names, f"[[no such]] ::warning::x #claim\n- {CLAIM} #claim\n"))
    for arguments in (["lint"], ["links"], ["orphans"], ["unresolved"], ["notes"], ["--dry-run"]):
        result = run(*arguments, cwd=project, cache=tmp_path / "cache")
        lines = [line for line in (result.stdout + result.stderr).splitlines() if not line.startswith("::stop-commands::")]
        told = [line for line in lines if line.lstrip().startswith("::")]
        assert all(len(line) == 36 or line.startswith(("::error file=vault/", "::notice file=vault/")) for line in told), told
        assert not any("##[" in line or "\x1b" in line for line in lines), arguments
    assert result.returncode == 0
    lint = run("lint", cwd=project, cache=tmp_path / "cache").stdout.splitlines()
    assert lint[0].startswith("::stop-commands::")
    assert lint[-1] == f"::{lint[0].rpartition('::')[2]}::"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_end_while_it_starts_is_one_line(make_vault: Callable[..., Path], tmp_path: Path, number: signal.Signals) -> None:
    project = make_vault({"N.md": f"- {CLAIM} #claim\n"})
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(tmp_path / "cache"), "PYTHONWARNINGS": "ignore"}
    ends = set()
    for wait in (0.0, 0.1, 0.25, 0.5, 0.8):
        outputs = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        with started([COMMAND, "--dry-run"], cwd=project, env=environment, **outputs) as process:
            until(lambda process=process: answers(process))  # before that Python itself starts, and answers in its own way
            time.sleep(wait)
            process.send_signal(number)
            _, told = process.communicate(timeout=60)
        ends.add(process.returncode)
        if process.returncode == 130:
            assert told.startswith("interrupted"), told
            assert told.count("\n") == 1, told
    assert ends <= {0, 130}
    assert 130 in ends


def answers(process: subprocess.Popen[str]) -> bool:
    """Whether the program answers to SIGTERM, which Python leaves to the system."""
    (mask,) = [line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("SigCgt:")]
    return bool(int(mask.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_check_that_is_ended_keeps_what_is_finished(
    make_vault: Callable[..., Path], tmp_path: Path, number: signal.Signals
) -> None:
    project = make_vault({"N.md": f"- {CLAIM} #claim\n"})
    environment = os.environ | {
        "CHECK_CLAIMS_CACHE": str(tmp_path / "cache"),
        "PYTHONWARNINGS": "ignore",
        "STRANGER": str(tmp_path),
    }
    measured = tmp_path / "cache" / "measurements"
    outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started([COMMAND, "--workers", "1"], cwd=project, env=environment, **outputs) as process:
        until(lambda: measured.is_dir() and any(measured.glob("*.safetensors")), 120)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; what had finished is kept, and the next run goes on from there" in told
    assert "Traceback" not in told
    until(lambda: not started_for(tmp_path))
    kept = {path.name for path in measured.glob("*.safetensors")}
    assert kept
    assert (project / "vault/N.md").read_text() == f"- {CLAIM} #claim\n"
    result = run(".", cwd=project, cache=tmp_path / "cache")
    assert result.returncode == 0
    assert f"measuring {9 - len(kept)} models" in result.stderr


def started_for(folder: Path) -> list[int]:
    """Processes that are alive and were started with this folder in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("STRANGER") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found
