"""A check of one claim that was started from the page: the command itself, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from checker import interpreter

MOST_LINES = 2000  # of a log that are kept
GRACE = 8.0  # seconds that a check has to end by itself
PROGRESS = re.compile(r"progress: (.*): (\d+) of (\d+)$")

Tell = Callable[[dict[str, Any]], None]


class Runner:
    """At most one check at a time. `tell` hears of every step; `ended` is awaited when a check has ended."""

    def __init__(self, path: Path, tell: Tell, ended: Callable[[], Awaitable[None]]) -> None:
        self.path, self.tell, self.ended = path, tell, ended
        self.claim = ""
        self.lines: list[str] = []
        self.progress: dict[str, tuple[int, int]] = {}
        self.code: int | None = None
        self.process: asyncio.subprocess.Process | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.task is not None and not self.task.done()

    def state(self) -> dict[str, Any]:
        """What the page shows: the claim, whether its check runs, how far it is, its log, and how it ended."""
        progress = [{"title": title, "done": done, "of": of} for title, (done, of) in self.progress.items()]
        return {"claim": self.claim, "running": self.running, "code": self.code, "log": self.lines, "progress": progress}

    def start(self, claim: str) -> bool:
        """Start a check; False while another one runs."""
        if self.running:
            return False
        self.claim, self.lines, self.progress, self.code, self.process = claim, [], {}, None, None
        self.task = asyncio.create_task(self._run(claim))
        return True

    async def stop(self) -> None:
        """End the check as Ctrl-C would; what had finished is kept."""
        while self.running and self.process is None:
            await asyncio.sleep(0.01)  # it is just being started
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)  # a shell may have set SIGINT to be ignored
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def _run(self, claim: str) -> None:
        self._say(f"$ check-claims check {self.path} --only {claim}")
        try:
            self.process = process = await asyncio.create_subprocess_exec(
                *interpreter.command("checker.cli"),
                *("check", str(self.path), "--only", claim, "--json"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=interpreter.environment() | {"CHECK_CLAIMS_PROGRESS": "lines", "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
                limit=1 << 20,
            )
            assert process.stdout and process.stderr
            answer, _ = await asyncio.gather(process.stdout.read(), self._follow(process.stderr))
            self.code = await process.wait()
            self._sum_up(answer)
        except (OSError, ValueError) as error:
            self.code = -1
            self._say(f"the check could not be run: {error}")
        self.progress = {}
        await self.ended()
        self.tell({"kind": "check", **self.state(), "running": False})

    async def _follow(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            text = line.decode("utf-8", "replace").rstrip()
            match = PROGRESS.fullmatch(text)
            if match:
                title, done, of = match[1], int(match[2]), int(match[3])
                self.progress[title] = (done, of)
                if done >= of:
                    self.progress.pop(title)
                self.tell({"kind": "check", **self.state()})
            elif text:
                self._say(text)

    def _sum_up(self, answer: bytes) -> None:
        with contextlib.suppress(ValueError):
            told = json.loads(answer)
            for claim in told["claims"]:
                scope = f" · {claim['scope']}" if claim["scope"] else ""
                self._say(f"{claim['id']}: {claim['status']}{scope}: {claim['reason']}")
            self._say(f"{len(told['written'])} files written")

    def _say(self, line: str) -> None:
        if len(self.lines) < MOST_LINES:
            self.lines.append("".join(char if char.isprintable() else " " for char in line))
        self.tell({"kind": "check", **self.state()})
