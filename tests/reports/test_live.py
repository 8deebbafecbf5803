from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from checker.lab.recipes import Recipe
from checker.reports import live
from checker.runs.executor import Event
from checker.runs.jobs import Job, TrainJob


@pytest.mark.parametrize("terminal", [True, False])
def test_what_runs_and_what_failed_is_shown(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    jobs: list[Job] = [TrainJob(f"train MAE, seed {seed}", Recipe("mae", "shapes", 10), seed, Path("x")) for seed in range(2)]

    def fake(wanted: Sequence[Job], executor: object, watch: Callable[[Event], None]) -> dict[Job, str | None]:
        watch(Event(wanted[0], 5, 10, 0.25))
        watch(Event(wanted[0]))
        watch(Event(wanted[1], error="it diverged \x1b[31m[red]", log=Path("log.txt")))
        return {wanted[0]: None, wanted[1]: "it diverged"}

    monkeypatch.setattr(live, "run_jobs", fake)
    out = io.StringIO()
    with live.Live(Console(file=out, force_terminal=terminal, width=120), None) as view:
        assert list(view(jobs).values()) == [None, "it diverged"]
    assert "failed: train MAE, seed 1: it diverged" in out.getvalue()
    assert "(log: log.txt)" in out.getvalue()
    assert "\x1b[31m[red]" not in out.getvalue()
    assert ("done: train MAE, seed 0" in out.getvalue()) is not terminal


def test_another_program_reads_how_far_each_job_is(monkeypatch: pytest.MonkeyPatch) -> None:
    job = TrainJob("train MAE, seed 0", Recipe("mae", "shapes", 10), 0, Path("x"))

    def fake(wanted: Sequence[Job], workers: int, watch: Callable[[Event], None]) -> dict[Job, str | None]:
        watch(Event(job, 5, 10, 0.25))
        watch(Event(job))
        return {job: None}

    monkeypatch.setattr(live, "run_jobs", fake)
    monkeypatch.setenv(live.LINES_VARIABLE, "lines")
    out = io.StringIO()
    with live.Live(Console(file=out, width=20), 1) as view:
        view([job])
    assert "progress: train MAE, seed 0: 5 of 10" in out.getvalue().splitlines()
