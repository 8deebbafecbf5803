"""Worker processes for real: what one job does to itself stays with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.lab.recipes import Architecture, Recipe
from checker.runs import local
from checker.runs.jobs import Job, TrainJob
from checker.runs.local import Event, run_jobs

SMALL = Architecture(width=32, depth=2, heads=2)


def train_job(out: Path, title: str = "t", steps: int = 0, rate: float = 1e-3, objective: str = "mae") -> TrainJob:
    recipe = Recipe(objective, "shapes", steps=steps, batch=4, learning_rate=rate, architecture=SMALL)
    return TrainJob(title, recipe, 0, out / f"{title}.safetensors")


@pytest.mark.slow
def test_a_failing_job_costs_itself_alone(tmp_path: Path) -> None:
    jobs: list[Job] = [
        train_job(tmp_path, "good"),
        train_job(tmp_path, "unknown", steps=1, objective="none"),
        train_job(tmp_path, "last"),
    ]
    events: list[Event] = []
    results = run_jobs(jobs, 1, events.append)
    assert [results[job] is None for job in jobs] == [True, False, True]
    assert "no objective is called 'none'" in (results[jobs[1]] or "")
    assert (tmp_path / "last.safetensors").exists()
    assert [event.job.title for event in events if event.ended] == ["good", "unknown", "last"]


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_job_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = local._start
    started: list[int] = []

    def kill_the_first(log: object) -> object:
        process = start(log)  # type: ignore[arg-type]
        if not started:
            process.kill()
        started.append(process.pid)
        return process

    monkeypatch.setattr(local, "_start", kill_the_first)
    jobs: list[Job] = [train_job(tmp_path, "first"), train_job(tmp_path, "second")]
    results = run_jobs(jobs, 1, lambda event: None)
    assert results[jobs[0]] == "the worker was ended by SIGKILL (out of memory?)"
    assert results[jobs[1]] is None
    assert len(started) == 2
