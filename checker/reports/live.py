"""The view of a run while it runs: one bar a running job, how far and how long still; plain lines where there is no terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from checker.reports.text import clean
from checker.runs.executor import SPENT, Event, Executor, run_jobs
from checker.runs.jobs import Job

LINES_VARIABLE = "CHECK_CLAIMS_PROGRESS"  # "lines": how far each job is, as lines that another program reads


class Live:
    """Runs jobs and shows them. A context manager, so that the terminal is given back whatever happens."""

    def __init__(self, console: Console, executor: Executor) -> None:
        self.console, self.executor = console, executor
        self.lines = os.environ.get(LINES_VARIABLE) == "lines"
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Live:
        self.progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def fetch(self, name: str) -> None:
        """Download the released weights of a model, with their size and a bar. Raises MeasurementError."""
        from checker.lab import pretrained
        from checker.lab.models import find_model

        model = find_model(name)
        assert model is not None, name
        task = self.progress.add_task(f"fetching {model.tag} ({model.licence})", total=None, note="")
        told: list[int] = []

        def report(done: int, of: int) -> None:
            if not told:
                self.console.print(f"fetching {model.tag}, {of / 1e6:.0f} MB, licence {model.licence}", highlight=False)
                told.append(of)
            self.progress.update(task, completed=done, total=of)

        try:
            pretrained.download(model, report)
        finally:
            self.progress.remove_task(task)

    def __call__(self, jobs: Sequence[Job]) -> Mapping[Job, str | None]:
        what = "training" if jobs[0].kind == "train" else "measuring"
        total = self.progress.add_task(f"{what} {len(jobs)} model{'s' if len(jobs) > 1 else ''}", total=len(jobs), note="")
        running: dict[Job, TaskID] = {}
        if not self.console.is_terminal:
            self.console.print(f"{what} {len(jobs)} model{'s' if len(jobs) > 1 else ''}", highlight=False)

        def watch(event: Event) -> None:
            if not event.ended:
                if event.job not in running:
                    running[event.job] = self.progress.add_task(f"  {event.job.title}", total=event.of, note="")
                note = f"loss {event.loss:.3f}" if event.loss is not None else ""
                self.progress.update(running[event.job], completed=event.done, note=note)
                if self.lines:
                    told = f"progress: {event.job.title}: {event.done} of {event.of}"
                    self.console.print(told, markup=False, highlight=False, soft_wrap=True)
                return
            if event.job in running:
                self.progress.remove_task(running.pop(event.job))
            self.progress.advance(total)
            if event.error and event.error != SPENT:
                told = f"failed: {event.job.title}: {event.error}" + (f" (log: {event.log})" if event.log else "")
                self.console.print(clean(told), style="red", markup=False, highlight=False, soft_wrap=True)
            elif not self.console.is_terminal and event.job.kind == "train":
                self.console.print(f"done: {event.job.title}", markup=False, highlight=False)

        try:
            return run_jobs(jobs, self.executor, watch)
        finally:
            for task in running.values():
                self.progress.remove_task(task)
            self.progress.remove_task(total)
