"""Whole runs through the installed command: killed, out of disk, reproduced, decided again; the cache and the plan as it shows them."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_cli import COMMAND, run, tree

NOTE = (
    "- MAE has shorter attention distance than a supervised ViT #claim\n"
    "- MAE has lower attention entropy than a supervised ViT #claim ^entropy\n"
)
DISTANCE = "mae-attention-distance-supervised-vit"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    """A project after one run, the cache of that run, and the seconds that it took."""
    project, cache = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("cache")
    new_project(project)
    began = time.monotonic()
    result = run("--json", cwd=project, cache=cache)
    assert result.returncode == 0, result.stderr
    return project, cache, time.monotonic() - began


def new_project(folder: Path, note: str = NOTE) -> Path:
    (folder / "vault").mkdir(parents=True)
    (folder / "claims").mkdir()
    (folder / "vault/N.md").write_text(note)
    return folder


def start(project: Path, cache: Path, **options: object) -> subprocess.Popen[str]:
    environment = os.environ | {"CHECK_CLAIMS_CACHE": str(cache)}
    return subprocess.Popen(
        [COMMAND, "."], cwd=project, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, **options
    )  # type: ignore[call-overload, no-any-return]


@pytest.mark.slow
def test_a_run_that_is_killed_and_taken_up_again_ends_like_one_that_was_not(
    undisturbed: tuple[Path, Path, float], tmp_path: Path
) -> None:
    moments = random.Random(6)
    project, cache = new_project(tmp_path / "killed"), tmp_path / "cache"
    for part in (0.45, 0.85):  # a random moment in the middle of the measurements, and one near the end
        process = start(project, cache)
        time.sleep(undisturbed[2] * (part + moments.uniform(-0.1, 0.1)))
        process.send_signal(signal.SIGKILL)
        process.wait()
    result = run("--json", cwd=project, cache=cache)
    assert result.returncode == 0, result.stderr
    assert tree(project) == tree(undisturbed[0])
    assert not list(cache.rglob("*.partial"))


@pytest.mark.slow
def test_a_disk_that_is_full_costs_no_byte_that_was_there(tmp_path: Path) -> None:
    """No file may grow beyond 2 kB: neither measurements nor evidence can be written."""
    project = new_project(tmp_path / "project", NOTE.splitlines()[0] + "\n")
    before = tree(project)
    process = start(project, tmp_path / "cache", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)))
    assert process.wait(120) == 3
    after = tree(project)
    assert {name: data for name, data in after.items() if name in before and name != "vault/N.md"} == {}
    assert [name for name in after if ".tmp" in name or name.endswith(".partial")] == []
    assert NOTE.splitlines()[0] in after["vault/N.md"].decode()
    assert b"supported" not in after["vault/N.md"]


@pytest.mark.slow
def test_evidence_is_decided_again_and_reproduced(undisturbed: tuple[Path, Path, float], tmp_path: Path) -> None:
    project, cache = tmp_path / "copy", undisturbed[1]
    shutil.copytree(undisturbed[0], project)
    before = tree(project)
    answer = json.loads(run("decide", "--json", cwd=project, cache=cache).stdout)
    assert [(row["id"], row["same"]) for row in answer["decisions"]] == [("entropy", True), (DISTANCE, True)]
    result = run("reproduce", DISTANCE, "--json", cwd=project, cache=cache)
    assert result.returncode == 0, result.stderr
    (found,) = json.loads(result.stdout)["runs"]
    assert found["reproduced"] is True
    assert found["changed"] == []
    assert {row["model"] for row in found["models"]} == {"MAE", "supervised ViT", "random initialisation"}
    assert all(row["difference"] < row["allowed"] for row in found["models"])
    assert tree(project) == before

    path = project / f"claims/{DISTANCE}.evidence.json"
    ledger = json.loads(path.read_text())
    run_ = ledger["runs"][-1]
    run_["verdict"]["word"] = "refuted"
    path.write_text(json.dumps(ledger))
    result = run("decide", cwd=project, cache=cache)
    assert (result.returncode, "2 decisions, 1 of them not as recorded" in result.stdout) == (1, True)


def test_what_is_not_there_cannot_be_reproduced(make_vault: Callable[..., Path], tmp_path: Path) -> None:
    project = make_vault({"N.md": "- MAE is nice #claim\n"})
    (project / "claims/mae-x.evidence.json").write_text('{"schema": 1, "claim": "mae-x", "runs": []}')
    for name in ("mae-y", "../../etc/passwd"):
        result = run("reproduce", name, cwd=project, cache=tmp_path / "cache")
        assert result.returncode == 2
        assert f"no evidence here for {name!r}" in result.stderr


def test_the_cache_and_the_plan_are_shown(make_vault: Callable[..., Path], tmp_path: Path) -> None:
    project, cache = make_vault({"N.md": NOTE}), tmp_path / "cache"
    result = run("--dry-run", "--json", "--workers", "2", cwd=project, cache=cache)
    plan = json.loads(result.stdout)["plan"]
    assert [step["kind"] for step in plan] == ["measure"] * 9 + ["decide"] * 2
    assert plan[0]["title"] == "measure attention_distance, attention_entropy of MAE, seed 0, on shapes"
    assert plan[0]["claims"] == [DISTANCE, "entropy"]
    assert plan[-1]["after"] == list(range(9))
    assert "9 measurements, 2 decisions; about " in run("--dry-run", cwd=project, cache=cache).stdout

    (cache / "measurements").mkdir(parents=True)
    (cache / "measurements/x.damaged").write_bytes(b"x" * 2_000_000)
    answer = json.loads(run("cache", "--json", cwd=project, cache=cache).stdout)
    kinds = {kind["name"]: kind for kind in answer["kinds"]}
    assert (answer["unused_bytes"], kinds["damaged"]["unused"], kinds["vaults"]["entries"]) == (2_000_000, 1, 1)
    assert "2.0 MB unused; --prune removes it" in run("cache", cwd=project, cache=cache).stdout
    assert "removed 1 entries, 2.0 MB" in run("cache", "--prune", cwd=project, cache=cache).stdout
    assert not (cache / "measurements/x.damaged").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--budget", "soon"], "--budget 'soon' is not a time; write 90s, 10m or 2h"),
        (["--executor", "spark"], "no executor is called 'spark'; there are local, slurm, ray, dask"),
        (["--executor-option", "time"], "--executor-option 'time' is not of the form name=value"),
        (["--executor-option", "speed=9"], "--executor local has no option speed; it takes time, memory"),
    ],
)
def test_wrong_options(make_vault: Callable[..., Path], tmp_path: Path, arguments: list[str], message: str) -> None:
    result = run(*arguments, cwd=make_vault({"N.md": "- MAE is nice #claim\n"}), cache=tmp_path / "cache")
    assert result.returncode == 2
    assert message in result.stderr
