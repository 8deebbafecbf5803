from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from checker.browse.runner import MOST_LINES, Runner
from checker.errors import MeasurementError
from checker.runs.events import Event, JobEnded, JobProgress, JobsStarted, Notice, OnEvent, Waiting
from checker.workspace import Workspace
from tests.browse.conftest import write_vault


def runner(tmp_path: Path) -> tuple[Runner, list[dict[str, Any]]]:
    """A runner of a small vault, and what it told."""
    told: list[dict[str, Any]] = []

    async def ended() -> None: ...

    return Runner(Workspace.open(write_vault(tmp_path / "project")), lambda message: told.append({**message}), ended), told


def shown(tmp_path: Path, *events: Event) -> tuple[Runner, list[dict[str, Any]]]:
    found, told = runner(tmp_path)
    for event in events:
        found.show(event)
    return found, told


def test_progress_is_told_and_is_no_part_of_the_log(tmp_path: Path) -> None:
    found, told = shown(tmp_path, JobsStarted("train", 1), JobProgress("train", "train MAE, seed 0", 5, 10), Waiting())
    assert found.lines == ["training 1 model"]
    assert told[-1]["progress"] == [{"title": "train MAE, seed 0", "done": 5, "of": 10}]


def test_a_job_that_has_ended_has_no_bar(tmp_path: Path) -> None:
    found, _ = shown(
        tmp_path, JobProgress("train", "a", 5, 10), JobProgress("train", "b", 1, 10), JobEnded("train", "a", "it diverged")
    )
    assert found.progress == {"b": (1, 10)}
    assert found.lines == ["failed: a: it diverged"]


def test_the_log_is_capped_and_holds_no_control_characters(tmp_path: Path) -> None:
    found, _ = shown(tmp_path, Notice("\x1b[31mred"), *[Notice("x")] * (MOST_LINES + 10))
    assert len(found.lines) == MOST_LINES
    assert found.lines[0] == " [31mred"


@pytest.mark.parametrize("fault", [MeasurementError("it diverged"), KeyError("a fault of the program")])
def test_whatever_ends_a_check_the_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(Workspace, "check", fail)
    found, told = runner(tmp_path)

    async def run() -> None:
        assert found.start("mae-is-lovely")
        assert not found.start("mae-is-lovely")
        assert found.task is not None
        await found.task

    asyncio.run(run())
    assert (told[-1]["running"], told[-1]["failed"]) == (False, True)
    assert str(fault).strip("'") in found.lines[-1]


def test_a_check_that_waits_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(self: Workspace, options: object = None, on_event: OnEvent = lambda event: None, **_: object) -> None:
        while True:
            on_event(Waiting())

    monkeypatch.setattr(Workspace, "check", wait)
    found, told = runner(tmp_path)

    async def run() -> None:
        found.start("mae-is-lovely")
        await found.stop()

    asyncio.run(run())
    assert (told[-1]["running"], told[-1]["failed"]) == (False, True)
    assert found.lines[-1] == "stopped; what had finished is kept"
