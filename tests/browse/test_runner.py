from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from checker.browse.runner import MOST_LINES, Runner


def followed(*lines: str) -> tuple[Runner, list[dict[str, Any]]]:
    """A runner that has read the lines of a check, and what it told of them."""
    told: list[dict[str, Any]] = []

    async def read() -> Runner:
        async def ended() -> None: ...

        runner = Runner(Path(), told.append, ended)
        stream = asyncio.StreamReader()
        stream.feed_data("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
        stream.feed_eof()
        await runner._follow(stream)
        return runner

    return asyncio.run(read()), told


def test_progress_is_told_and_is_no_part_of_the_log() -> None:
    runner, told = followed("training 1 model", "progress: train MAE, seed 0: 5 of 10", "done: train MAE, seed 0", "")
    assert runner.lines == ["training 1 model", "done: train MAE, seed 0"]
    assert [message["progress"] for message in told] == [
        [],
        [{"title": "train MAE, seed 0", "done": 5, "of": 10}],
        [{"title": "train MAE, seed 0", "done": 5, "of": 10}],
    ]


def test_a_job_that_is_done_has_no_bar() -> None:
    runner, _ = followed("progress: a: 5 of 10", "progress: b: 1 of 10", "progress: a: 10 of 10")
    assert runner.progress == {"b": (1, 10)}


def test_the_log_is_capped_and_holds_no_control_characters() -> None:
    runner, _ = followed(*["x"] * (MOST_LINES + 10), "\x1b[31mred")
    assert len(runner.lines) == MOST_LINES
    assert followed("\x1b[31mred\udcff")[0].lines == [" [31mred\ufffd"]
