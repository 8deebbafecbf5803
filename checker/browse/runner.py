"""A check of one claim that was started from the page. It runs in a thread of the server, through the workspace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from checker.errors import CheckerError
from checker.runs.events import Event, JobEnded, JobProgress, JobsStarted, Notice
from checker.workspace import Workspace
from checker.writing import status_of

MOST_LINES = 2000  # of a log that are kept

Send = Callable[[dict[str, Any]], None]


class StoppedError(Exception):
    """Raised inside a check that a person stops."""


class Runner:
    """At most one check at a time. `send` is called with every step, in the server's loop; `ended` is awaited at its end."""

    def __init__(self, workspace: Workspace, send: Send, ended: Callable[[], Awaitable[None]]) -> None:
        self.workspace, self.send, self.ended = workspace, send, ended
        self.claim = ""
        self.lines: list[str] = []
        self.progress: dict[str, tuple[int, int]] = {}
        self.failed: bool | None = None
        self.stopping = threading.Event()
        self.thread = ThreadPoolExecutor(1, "check")
        self.task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.task is not None and not self.task.done()

    def state(self) -> dict[str, Any]:
        """What the page shows: the claim, whether its check runs, how far it is, its log, and whether it failed (null: not yet
        ended)."""
        progress = [{"title": title, "done": done, "of": of} for title, (done, of) in self.progress.items()]
        return {"claim": self.claim, "running": self.running, "failed": self.failed, "log": self.lines, "progress": progress}

    def start(self, claim: str) -> bool:
        """Start a check; False while another one runs."""
        if self.running:
            return False
        self.claim, self.lines, self.progress, self.failed = claim, [], {}, None
        self.stopping.clear()
        self.task = asyncio.create_task(self._run(claim))
        return True

    async def stop(self) -> None:
        """End the check; what had finished is kept."""
        self.stopping.set()
        if self.task is not None:
            await asyncio.wait([self.task])

    async def _run(self, claim: str) -> None:
        loop = asyncio.get_running_loop()

        def on_event(event: Event) -> None:
            if self.stopping.is_set():
                raise StoppedError
            loop.call_soon_threadsafe(self.show, event)

        try:
            lines = await loop.run_in_executor(self.thread, lambda: self._check(claim, on_event))
            self.failed = False
        except StoppedError:
            lines, self.failed = ["stopped; what had finished is kept"], True
        except CheckerError as error:
            lines, self.failed = [str(error)], True
        except Exception as error:  # a fault of the program must not leave the page waiting
            lines, self.failed = [f"the check failed: {type(error).__name__}: {error}"], True
        for line in lines:
            self._say(line)
        self.progress = {}
        await self.ended()
        self.send({"kind": "check", **self.state(), "running": False})

    def _check(self, claim: str, on_event: Callable[[Event], None]) -> list[str]:
        """Check the claim and write what came of it; the lines that sum it up."""
        workspace = self.workspace
        with workspace.held(on_event):
            checked = workspace.check(on_event=on_event, survey=workspace.survey().named([claim]))
            written = workspace.write(workspace.changes(checked), on_event, command=f"check-claims browse: {claim}")
        lines = [f"{outcome.case.id}: {status_of(outcome).text}: {outcome.reason}" for outcome in checked.outcomes]
        return [*checked.damaged.values(), *lines, *written.faults, f"{len(written.paths)} files written"]

    def show(self, event: Event) -> None:
        """Note what a check reports, and send it."""
        match event:
            case Notice(text):
                self._say(text)
            case JobsStarted(kind, count):
                self._say(f"{'training' if kind == 'train' else 'measuring'} {count} model{'s' if count > 1 else ''}")
            case JobProgress(title=title, done=done, of=of):
                self.progress[title] = (done, of)
                self.send({"kind": "check", **self.state()})
            case JobEnded(title=title, error=error):
                self.progress.pop(title, None)
                if error:
                    self._say(f"failed: {title}: {error}")

    def _say(self, line: str) -> None:
        if len(self.lines) < MOST_LINES:
            self.lines.append("".join(char if char.isprintable() else " " for char in line))
        self.send({"kind": "check", **self.state()})
