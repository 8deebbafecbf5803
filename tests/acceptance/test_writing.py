"""The installed command on files that somebody else has a hand on."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_cli import COMMAND, run, tree

Make = Callable[..., Path]
NOTES: dict[str, str | bytes] = {
    "N.md": "- MAE is nice #claim\r\n\r\n| a |\r\n|---|\r\n| DINO is good #claim |\r\n\r\n> [!claim] LUT is fun",
    "日本.md": "\ufeff- MAE は良い #claim  \n- المسافة أقصر #claim\n",
}


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_two_runs_at_once_write_what_one_writes(make_vault: Make, cache: Path) -> None:  # 24
    project = make_vault(NOTES)
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(cache), "PYTHONWARNINGS": "ignore"}
    both = [
        subprocess.Popen([COMMAND, str(project)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("0 files written" in out for out, _ in said) == [False, True]
    after = tree(project)
    assert "0 files written" in run(str(project), cwd=project, cache=cache).stdout
    assert tree(project) == after


def test_a_run_is_undone_and_init_leaves_no_trace(make_vault: Make, cache: Path) -> None:
    project = make_vault(NOTES)
    before = tree(project)
    assert run("undo", cwd=project, cache=cache).returncode == 2
    assert run("init", "--map", cwd=project, cache=cache).returncode == 0
    assert run(".", cwd=project, cache=cache).returncode == 0
    listed = json.loads(run("undo", "--list", "--json", cwd=project, cache=cache).stdout)["runs"]
    assert [entry["command"] for entry in listed] == ["check-claims . --workers 1", "check-claims init --map"]
    result = run("init", "--remove", cwd=project, cache=cache)
    assert (result.returncode, tree(project)) == (0, before), result.stderr
    for _ in range(3):
        assert run("undo", cwd=project, cache=cache).returncode == 0
    assert tree(project) == before


def test_what_cannot_be_written_is_told_and_the_rest_goes_on(make_vault: Make, cache: Path, tmp_path: Path) -> None:
    project = make_vault(NOTES | {"Linked.md": "- MAE is good #claim\n"})
    os.link(project / "vault/Linked.md", tmp_path / "hard link")  # 20
    (project / "vault/Loop.md").symlink_to("Loop.md")  # 19
    os.mkfifo(project / "vault/Pipe.md")  # 21
    (tmp_path / "outside.md").write_text("- DINO is fun #claim\n")
    (project / "vault/Outside.md").symlink_to(tmp_path / "outside.md")  # 18
    result = run(".", cwd=project, cache=cache)
    assert result.returncode == 4
    assert "Linked.md: has hard links; left as it is" in result.stderr
    assert (project / "vault/Linked.md").read_text() == "- MAE is good #claim\n"
    assert (tmp_path / "outside.md").read_text() == "- DINO is fun #claim\n"
    assert "[[lut-is-fun|∅ untestable]]" in (project / "vault/N.md").read_text()
    assert not list(project.rglob(".check-claims-*"))


def test_a_linked_note_is_written_where_it_is(make_vault: Make, cache: Path) -> None:  # 18
    project = make_vault({"deep/Real.md": "- MAE is nice #claim\n"})
    (project / "vault/deep/Real.md").rename(project / "vault/deep/.Real.md")  # hidden, so that it is read under one name
    (project / "vault/Linked.md").symlink_to("deep/.Real.md")
    assert run(".", cwd=project, cache=cache).returncode == 0
    assert (project / "vault/Linked.md").is_symlink()
    assert "[[mae-is-nice|" in (project / "vault/deep/.Real.md").read_text()


def test_a_killed_run_leaves_nothing_that_the_next_one_keeps(make_vault: Make, cache: Path) -> None:  # 17
    project = make_vault(NOTES)
    (project / "vault/.check-claims-ab12.part").write_bytes(b"half")
    assert run(".", cwd=project, cache=cache).returncode == 0
    assert not list(project.rglob(".check-claims-*"))
