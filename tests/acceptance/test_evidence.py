"""Evidence that was damaged or edited, through every command: one claim's error, and no other claim's change."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_cli import run, tree
from tests.acceptance.test_pytest_plugin import counts, run_pytest

BAD, GOOD = "longer", "mae-attention-distance-dino"
PLACE = re.compile(rf"claims/{BAD}\.evidence\.json:[0-9]+:[0-9]+: ")


def json_of(result: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(result.stdout)
    return found


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _text(old: str, new: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


DAMAGE: dict[str, Callable[[Path], None]] = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:3000]) and None,
    "deep": lambda path: path.write_text("[" * 100_000) and None,
    "a key is missing": lambda path: path.write_text(re.sub(r'"look": \d,', "", path.read_text(), count=1)) and None,
    "a folder": _folder,
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damaged_evidence_is_one_claims_error(checked_repository: Path, ci_cache: Path, how: str) -> None:
    project = checked_repository
    path = project / f"claims/{BAD}.evidence.json"
    DAMAGE[how](path)
    before = tree(project)

    result = run("--json", cwd=project, cache=ci_cache)
    assert (result.returncode, "Traceback" in result.stderr) == (3, False), result.stderr
    assert PLACE.search(result.stderr)
    claims = {claim["id"]: claim for claim in json_of(result)["claims"]}
    assert (claims[BAD]["status"], claims[GOOD]["status"]) == ("error", "supported")
    assert PLACE.search(str(claims[BAD]["reason"]))
    assert claims[BAD]["effect"] is None
    assert tree(project) == before

    answer = json_of(run("decide", "--json", cwd=project, cache=ci_cache))
    assert [row["id"] for row in answer["decisions"]] == [GOOD]
    assert PLACE.search(str(answer["problems"][0]))
    assert tree(project) == before


@pytest.mark.parametrize("how", ["truncated", "a folder"])  # a text that is wrong, and one that cannot be read
def test_every_command_names_damaged_evidence(checked_repository: Path, ci_cache: Path, how: str) -> None:
    project = checked_repository
    DAMAGE[how](project / f"claims/{BAD}.evidence.json")
    before = tree(project)
    for command, code in (
        (("explain", BAD), 3),
        (("reproduce", BAD), 3),
        (("decide",), 3),
        (("explain", GOOD), 0),
        (("specs",), 0),
    ):
        result = run(*command, cwd=project, cache=ci_cache)
        assert (result.returncode, "Traceback" in result.stderr) == (code, False), (command, result.stderr)
        assert bool(PLACE.search(result.stderr)) is (code == 3), (command, result.stderr)
    result = run("export", "../page.html", cwd=project, cache=ci_cache)
    assert result.returncode == 3
    page = (project / "../page.html").read_text()
    assert PLACE.search(page)
    assert "supported" in page
    assert tree(project) == before


def test_an_edited_verdict_is_told_by_every_command(checked_repository: Path, ci_cache: Path) -> None:
    project = checked_repository
    path = project / f"claims/{GOOD}.evidence.json"
    _text('"word": "supported"', '"word": "refuted"')(path)
    edited = path.read_bytes()
    both = "the record says refuted; its values give supported"

    result = run("--ci", "--json", cwd=project, cache=ci_cache)
    assert result.returncode == 1
    (claim,) = (claim for claim in json_of(result)["claims"] if claim["id"] == GOOD)
    assert claim["status"] == "supported"
    assert both in str(claim["reason"])
    assert both in result.stderr
    result = run(cwd=project, cache=ci_cache)
    assert (result.returncode, both in result.stderr) == (0, True)
    note = (project / f"vault/Claims/{GOOD}.md").read_text()
    assert "verdict: supported" in note
    assert both in note
    assert "✅ supported" in (project / "vault/Attention.md").read_text()

    assert both in run("explain", GOOD, cwd=project, cache=ci_cache).stdout
    (evidence,) = json_of(run("explain", GOOD, "--json", cwd=project, cache=ci_cache))["evidence"]
    assert evidence["verdict"] == "supported"
    result = run("decide", "--json", cwd=project, cache=ci_cache)
    assert (result.returncode, both in result.stdout) == (1, True)
    assert run("export", "../page.html", cwd=project, cache=ci_cache).returncode == 0
    assert both in (project / "../page.html").read_text()
    tests = run_pytest("--claims", "vault", cwd=project, cache=ci_cache)
    assert both in tests.stdout
    assert counts(tests.stdout)["passed"] == 1
    assert path.read_bytes() == edited

    _text('"word": "refuted"', '"word": "supported"')(path)
    assert run(cwd=project, cache=ci_cache).returncode == 0
    assert both not in (project / f"vault/Claims/{GOOD}.md").read_text()


def test_a_check_of_what_was_checked_changes_nothing(checked_repository: Path, ci_cache: Path) -> None:
    before = tree(checked_repository)
    assert run(cwd=checked_repository, cache=ci_cache).returncode == 0
    assert tree(checked_repository) == before
