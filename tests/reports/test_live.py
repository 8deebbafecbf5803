from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from checker.reports.live import Live
from checker.runs.events import Download, Event, JobEnded, JobProgress, JobsEnded, JobsStarted, Notice, Waiting

RUN: list[Event] = [
    JobsStarted("train", 3),
    JobProgress("train", "train MAE, seed 0", 5, 10, 0.25),
    Waiting(),
    JobEnded("train", "train MAE, seed 0"),
    JobEnded("train", "train MAE, seed 1", "it diverged \x1b[31m[red]", Path("log.txt")),
    JobEnded("train", "train MAE, seed 2", skipped=True),
    JobsEnded("train"),
    Notice("waiting for another run"),
]


def shown(events: list[Event], terminal: bool = False) -> str:
    out = io.StringIO()
    with Live(Console(file=out, force_terminal=terminal, width=120)) as view:
        for event in events:
            view(event)
    return out.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_what_runs_and_what_failed_is_shown(terminal: bool) -> None:
    text = shown(RUN, terminal)
    assert "failed: train MAE, seed 1: it diverged" in text
    assert "(log: log.txt)" in text
    assert "\x1b[31m[red]" not in text
    assert "waiting for another run" in text
    assert ("done: train MAE, seed 0" in text) is not terminal
    assert "seed 2" not in text


def test_without_a_terminal_there_are_lines() -> None:
    assert shown(RUN).splitlines() == [
        "training 3 models",
        "done: train MAE, seed 0",
        "failed: train MAE, seed 1: it diverged  [31m[red] (log: log.txt)",
        "waiting for another run",
    ]


def test_a_download_names_its_size_and_licence() -> None:
    events = [Download("vit.mae", "cc-by-nc-4.0", 0, 0), Download("vit.mae", "cc-by-nc-4.0", 0, 3_000_000)]
    events += [Download("vit.mae", "cc-by-nc-4.0", 3_000_000, 3_000_000), Download("vit.mae", "cc-by-nc-4.0", ended=True)]
    assert shown(list(events)) == "fetching vit.mae, 3 MB, licence cc-by-nc-4.0\n"
